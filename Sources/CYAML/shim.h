// SPDX-License-Identifier: Apache-2.0
// All that this package uses from libyaml: its event parser.
#include <yaml.h>

// SPDX-License-Identifier: Apache-2.0
// The whole of what this package takes from libyaml: its parser of events.
#include <yaml.h>

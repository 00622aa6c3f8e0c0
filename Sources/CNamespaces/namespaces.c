// SPDX-License-Identifier: Apache-2.0

#define _GNU_SOURCE
#include "CNamespaces.h"

#include <sched.h>

int network_namespace_enter(int descriptor) { return setns(descriptor, CLONE_NEWNET); }

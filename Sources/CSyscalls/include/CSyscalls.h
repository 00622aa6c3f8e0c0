// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

/// Moves the calling thread into the network namespace that this file is; -1 and errno when it cannot.
///
/// setns(2), of which Swift's Glibc shows nothing, and only for a network namespace.
int network_namespace_enter(int descriptor);

/// The number that no other network namespace gets until the machine is booted; -1 and errno where the kernel, older
/// than Linux 5.14, has none.
///
/// SO_NETNS_COOKIE, of the calling thread's namespace.
int network_namespace_cookie(uint64_t *cookie);

/// Makes the calling process the parent of those of its descendants whose own parents have ended; -1 and errno when it
/// cannot.
///
/// prctl(2), of which Swift's Glibc shows nothing, and only PR_SET_CHILD_SUBREAPER.
int processes_adopt_orphans(void);

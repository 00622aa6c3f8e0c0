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

/// Opens a file as a process with this root directory would: no link and no `..` leads out of it; -1 and errno when it
/// cannot.
///
/// openat2(2) with RESOLVE_IN_ROOT, of which Swift's Glibc shows nothing. Linux before 5.6 has no openat2: there a link
/// that is absolute leads out.
int file_open_in_root(int root, const char *path, int flags);

/// A flag for opening a file that only says which file it is: the file itself is not opened, so nothing happens to it.
///
/// O_PATH, of which Swift's Glibc shows nothing.
extern const int file_handle_only;

/// Whether the kernel makes up what an open file holds, as in /proc and /sys; reading such a file may do something.
///
/// By fstatfs(2), of which Swift's Glibc shows nothing. Where the system does not say, the answer is yes.
int file_is_made_up(int descriptor);

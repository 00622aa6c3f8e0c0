// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <semaphore.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

/// Moves the calling thread into the network namespace of this file; -1 and errno on failure.
///
/// Uses setns(2), which Swift's Glibc does not show, and only for a network namespace.
int network_namespace_enter(int descriptor);

/// Whether an open file of the kernel's file system for namespaces is a network namespace.
///
/// The request NS_GET_NSTYPE of ioctl(2), which Swift's Glibc does not show. Only for files of that file system: to
/// another one, the request may mean something else.
int network_namespace_is(int descriptor);

/// Whether a file is in the kernel's file system for namespaces, by statfs(2), which asks for no right to read the file.
///
/// -1 and errno if the system does not say.
int namespace_file_is(const char *path);

/// Gets the status of a namespace of a process, which has the identity of the namespace; -1 and errno on failure.
///
/// The kind is its name in /proc/1234/ns, such as `net`. Uses stat(2). The path is made without memory or text
/// formatting, because it may be asked for each process of the machine.
int process_namespace_status(int process, const char *kind, struct stat *status);

/// Writes the cookie of the calling thread's network namespace: a number that no other namespace gets until the next
/// boot. Returns -1 and errno on failure, for example on kernels before Linux 5.14.
///
/// Uses SO_NETNS_COOKIE.
int network_namespace_cookie(uint64_t *cookie);

/// How many bytes the stack of a new thread has.
size_t thread_stack_size(void);

/// Lets all threads allocate memory from the same arena.
///
/// Uses mallopt(3), which Swift's Glibc does not show.
void memory_use_one_arena(void);

/// Makes the calling process the new parent of its orphaned descendants; -1 and errno on failure.
///
/// Uses prctl(2), which Swift's Glibc does not show, and only PR_SET_CHILD_SUBREAPER.
int processes_adopt_orphans(void);

/// Opens a file as a process with this root directory would: no link and no `..` leads out of it. Returns -1 and errno
/// on failure.
///
/// Uses openat2(2) with RESOLVE_IN_ROOT, which Swift's Glibc does not show. Linux before 5.6 has no openat2: there an
/// absolute link leads out.
int file_open_in_root(int root, const char *path, int flags);

/// The flag that opens only a reference to a file: the file itself is not opened, so nothing happens to it.
///
/// This is O_PATH, which Swift's Glibc does not show.
extern const int file_handle_only;

/// Whether the kernel generates the content of an open file, as in /proc and /sys. Reading such a file can have
/// effects.
///
/// Uses fstatfs(2), which Swift's Glibc does not show. If the system does not say, the answer is yes.
int file_is_made_up(int descriptor);

/// Waits until a semaphore is signalled; -1 and ETIMEDOUT when the time is over.
///
/// Uses sem_clockwait(3), which Swift's Glibc does not show. A signal does not end the wait. Without a limit, the time is
/// negative.
int semaphore_wait(sem_t *semaphore, int64_t nanoseconds);

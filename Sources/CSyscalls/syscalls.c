// SPDX-License-Identifier: Apache-2.0

#define _GNU_SOURCE
#include "CSyscalls.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <linux/openat2.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define THREAD_SANITIZER
#include <sanitizer/tsan_interface.h>
#endif
#endif

// As in <asm-generic/socket.h> of Linux 5.14; older headers lack it.
#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

int network_namespace_enter(int descriptor) { return setns(descriptor, CLONE_NEWNET); }

int network_namespace_is(int descriptor) { return ioctl(descriptor, NS_GET_NSTYPE) == CLONE_NEWNET; }

int namespace_file_is(const char *path) {
  struct statfs system;
  if (statfs(path, &system) != 0) return -1;
  return (unsigned int)system.f_type == NSFS_MAGIC;
}

int process_namespace_status(int process, const char *kind, struct stat *status) {
  if (process <= 0 || strlen(kind) > 32) {
    errno = ENOENT;
    return -1;
  }
  char path[64] = "/proc/";
  char digits[10];
  size_t count = 0;
  for (int rest = process; rest > 0; rest /= 10) digits[count++] = (char)('0' + rest % 10);
  char *end = path + strlen(path);
  while (count > 0) *end++ = digits[--count];
  memcpy(end, "/ns/", 4);
  memcpy(end + 4, kind, strlen(kind) + 1);
  return stat(path, status);
}

size_t thread_stack_size(void) {
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return 8 << 20;
  size_t size = 8 << 20;
  pthread_attr_getstacksize(&attributes, &size);
  pthread_attr_destroy(&attributes);
  return size;
}

void memory_use_one_arena(void) { mallopt(M_ARENA_MAX, 1); }

int network_namespace_cookie(uint64_t *cookie) {
  int socket_of_namespace = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket_of_namespace < 0) return -1;
  socklen_t size = sizeof *cookie;
  int result = getsockopt(socket_of_namespace, SOL_SOCKET, SO_NETNS_COOKIE, cookie, &size);
  int failure = errno;
  close(socket_of_namespace);
  errno = failure;
  return result;
}

int processes_adopt_orphans(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

int file_open_in_root(int root, const char *path, int flags) {
  struct open_how how = {.flags = flags, .resolve = RESOLVE_IN_ROOT};
  long descriptor = syscall(SYS_openat2, root, path, &how, sizeof how);
  // Old kernels do not have openat2, and the filters of old containers forbid unknown system calls.
  if (descriptor >= 0 || (errno != ENOSYS && errno != EPERM)) return descriptor;
  while (*path == '/') path++;
  return openat(root, *path ? path : ".", flags);
}

const int file_handle_only = O_PATH;

int file_is_made_up(int descriptor) {
  struct statfs system;
  if (fstatfs(descriptor, &system) != 0) return 1;
  switch ((unsigned int)system.f_type) {
    case PROC_SUPER_MAGIC:
    case SYSFS_MAGIC:
    case DEBUGFS_MAGIC:
    case TRACEFS_MAGIC:
    case SECURITYFS_MAGIC:
    case SELINUX_MAGIC:
    case SMACK_MAGIC:
    case CGROUP_SUPER_MAGIC:
    case CGROUP2_SUPER_MAGIC:
    case BPF_FS_MAGIC:
    case EFIVARFS_MAGIC:
    case PSTOREFS_MAGIC:
    case BINFMTFS_MAGIC:
    case 0x62656570u:  // configfs and fusectl are in no header.
    case 0x65735543u:
      return 1;
    default:
      return 0;
  }
}

int semaphore_wait(sem_t *semaphore, int64_t nanoseconds) {
  struct timespec end;
  clock_gettime(CLOCK_MONOTONIC, &end);
  int64_t sum = end.tv_nsec + nanoseconds % 1000000000;
  end.tv_sec += nanoseconds / 1000000000 + sum / 1000000000;
  end.tv_nsec = sum % 1000000000;
  int failure;
  do {
    failure = nanoseconds < 0 ? sem_wait(semaphore) : sem_clockwait(semaphore, CLOCK_MONOTONIC, &end);
  } while (failure && errno == EINTR);
#ifdef THREAD_SANITIZER
  // It knows sem_post(3) and sem_wait(3), but not sem_clockwait(3).
  if (!failure) __tsan_acquire(semaphore);
#endif
  return failure;
}

// SPDX-License-Identifier: Apache-2.0

#define _GNU_SOURCE
#include "CSyscalls.h"

#include <errno.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

// As in <asm-generic/socket.h> of Linux 5.14; older headers lack it.
#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

int network_namespace_enter(int descriptor) { return setns(descriptor, CLONE_NEWNET); }

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

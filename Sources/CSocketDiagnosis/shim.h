// SPDX-License-Identifier: Apache-2.0
// The kernel's own definition of socket diagnosis, and the numbers of TCP's states.
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

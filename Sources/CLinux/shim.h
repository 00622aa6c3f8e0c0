// SPDX-License-Identifier: Apache-2.0
// The kernel's own definitions: IPVS, capabilities, socket diagnosis, and the TCP states. Only
// <linux/bpf.h> publishes the states; socket diagnosis reports their numbers.
#include <linux/types.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/inet_diag.h>
#include <linux/ip_vs.h>
#include <linux/sock_diag.h>

// Macros that consist of macros, which Swift does not import.
enum {
  IPVS_SO_GET_DAEMON = IP_VS_SO_GET_DAEMON,
  IPVS_SO_GET_TIMEOUT = IP_VS_SO_GET_TIMEOUT,
  IPVS_SO_SET_STOPDAEMON = IP_VS_SO_SET_STOPDAEMON,
  IPVS_SO_SET_TIMEOUT = IP_VS_SO_SET_TIMEOUT,
};

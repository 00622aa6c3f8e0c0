// SPDX-License-Identifier: Apache-2.0
// The definitions of the kernel itself: the generic netlink family IPVS, socket diagnosis, and the states of TCP, which
// only <linux/bpf.h> publishes; they are the numbers that socket diagnosis reports.
#include <linux/types.h>
#include <linux/bpf.h>
#include <linux/inet_diag.h>
#include <linux/ip_vs.h>
#include <linux/sock_diag.h>

// A macro of macros, which Swift does not import.
enum { IPVS_SO_GET_DAEMON = IP_VS_SO_GET_DAEMON };

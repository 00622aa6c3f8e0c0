// SPDX-License-Identifier: Apache-2.0
// The kernel's own definition of the generic netlink family IPVS.
#include <linux/types.h>
#include <linux/ip_vs.h>

// A macro of macros, which Swift does not import.
enum { IPVS_SO_GET_DAEMON = IP_VS_SO_GET_DAEMON };

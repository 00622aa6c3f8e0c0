// SPDX-License-Identifier: Apache-2.0
// All headers that this package uses from libnl-3 and libnl-genl-3.
#include <linux/genetlink.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

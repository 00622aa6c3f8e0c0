# SPDX-License-Identifier: Apache-2.0
"""What the modules of this collection say alike about their options."""

from __future__ import annotations


class ModuleDocFragment:
    """The options that mean the same in all modules."""

    DOCUMENTATION = r"""
options:
  tcp:
    description:
      - The timeout of C(ESTABLISHED) connections.
      - Whole seconds (V(900)), a duration (V(90s), V(15m), V(1h30m), V(2d)) from 1 s to 31 days, or V(default), which
        is the kernel's own. V(0) or V(-), like leaving it out, keeps what is there.
    type: str
  tcpfin:
    description:
      - The timeout of connections in C(FIN_WAIT), written as O(tcp).
    type: str
  udp:
    description:
      - The timeout of UDP connections, written as O(tcp).
    type: str
  policy:
    description:
      - The policy file on the director, such as V(/etc/ipvs-timeout.conf), that says which timeouts are wanted in which
        network namespace.
    type: path
  policy_text:
    description:
      - The policy itself, instead of a file on the director. It is not kept.
    type: str
  netns:
    description:
      - The network namespaces; each by its name in C(/run/netns) or C(/run/docker/netns), by its path, by the number of
        a process in it, or V(host).
      - Without it and O(all_netns), the one of the connection; by a policy, all that it can mean.
    type: list
    elements: str
  all_netns:
    description:
      - All network namespaces of the director.
    type: bool
    default: false
  in_use:
    description:
      - Of these network namespaces, or of all, only those with a virtual service or a connection.
    type: bool
    default: false
  backend:
    description:
      - The way to the timeouts. V(auto) takes netlink, and the program ipvsadm only where the kernel has no netlink
        family IPVS, which is a warning.
    type: str
    choices: [auto, netlink, ipvsadm]
    default: auto
  ipvsadm:
    description:
      - The absolute path of the program ipvsadm on the director, if it is not in C(/usr/sbin) or C(/sbin).
    type: path
  program:
    description:
      - The absolute path of the program ipvs-timeout on the director.
      - Without it, it is looked for in E(PATH), C(/usr/local/sbin), C(/usr/sbin) and C(/sbin).
    type: path
requirements:
  - ipvs-timeout 0.1.0 or newer on the director; the role P(ipvs_timeout.lvs.director#role) installs it
  - root on the director (O(ignore:become)); IPVS asks for it also for reading
author:
  - The ipvs-timeout authors (!UNKNOWN)
"""

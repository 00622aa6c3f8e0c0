# SPDX-License-Identifier: Apache-2.0
"""The documentation that the modules of this collection share."""

from __future__ import annotations


class ModuleDocFragment:
    """The options that have the same meaning in all modules."""

    DOCUMENTATION = r"""
options:
  tcp:
    description:
      - The timeout of C(ESTABLISHED) connections.
      - Whole seconds (V(900)), or a duration (V(90s), V(15m), V(1h30m), V(2d)) from 1 s to 31 days, or V(default) for
        the kernel's default.
      - V(0), V(-) or no value keeps the timeout that is set now.
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
      - A policy file on the director, such as V(/etc/ipvs-timeout.conf). It lists the wanted timeouts of each network
        namespace.
    type: path
  policy_text:
    description:
      - The text of a policy, in place of a file on the director. It is used once and not stored.
    type: str
  netns:
    description:
      - The network namespaces to work in. Name each by its name in C(/run/netns) or C(/run/docker/netns), by its path,
        by the ID of a process in it, or as V(host).
      - Without O(netns) and O(all_netns), the module works in the network namespace of Ansible's connection; with a
        policy, in all network namespaces that the policy can match.
    type: list
    elements: str
  all_netns:
    description:
      - Work in all network namespaces of the director.
    type: bool
    default: false
  in_use:
    description:
      - Skip network namespaces without a virtual service and without a connection.
      - Without O(netns), it implies O(all_netns).
    type: bool
    default: false
  backend:
    description:
      - How to reach the kernel's timeouts. V(auto) uses netlink. Where netlink refuses root of a user namespace that
        the kernel's socket options accept, V(auto) uses those. Where the kernel has no netlink family IPVS, V(auto)
        uses the program ipvsadm. The module warns about both.
    type: str
    choices: [auto, netlink, sockopt, ipvsadm]
    default: auto
  ipvsadm:
    description:
      - The absolute path of the program ipvsadm on the director. You need it only if ipvsadm is neither in C(/usr/sbin)
        nor in C(/sbin).
    type: path
  program:
    description:
      - The absolute path of the program ipvs-timeout on the director.
      - By default the module searches E(PATH), C(/usr/local/sbin), C(/usr/sbin) and C(/sbin).
    type: path
requirements:
  - ipvs-timeout 0.1.0 or newer on the director; the role P(ipvs_timeout.lvs.director#role) installs it
  - root on the director (O(ignore:become)); IPVS needs it for reading, too
author:
  - The ipvs-timeout authors (!UNKNOWN)
"""

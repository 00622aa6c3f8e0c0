#!/usr/bin/python
# SPDX-License-Identifier: Apache-2.0
"""Set the connection timeouts of IPVS."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ipvs_timeout
short_description: Set the connection timeouts of Linux Virtual Server (IPVS)
version_added: 0.1.0
description:
  - Sets the three timeouts of C(ipvsadm --set tcp tcpfin udp), by their values or by a policy, in one network
    namespace or in many, and reads them back.
  - It runs C(ipvs-timeout set) or C(ipvs-timeout apply) on the director and fails with the sentence that this says.
  - Only what is named is sent, and by a policy only what differs; a second run changes nothing.
  - A connection takes the new timeout at its next packet. C(ipvs-timeout connections) tells which have.
options:
  state:
    description:
      - V(present) makes the timeouts as O(tcp), O(tcpfin) and O(udp), or the policy, say.
      - V(default) gives all three the values of the kernel, which are 900, 120 and 300 s.
    type: str
    choices: [present, default]
    default: present
extends_documentation_fragment:
  - ipvs_timeout.lvs.director
attributes:
  check_mode:
    description: Can run in C(check_mode) and tell what would change, without changing it.
    support: full
  diff_mode:
    description: Returns what has changed, or would, in C(diff) mode.
    support: full
seealso:
  - module: ipvs_timeout.lvs.ipvs_timeout_info
notes:
  - The timeouts last until the module ip_vs is unloaded, the network namespace ends, or the director is booted. The
    policy and the systemd units of P(ipvs_timeout.lvs.director#role) keep them.
  - One writer for each network namespace. Where keepalived, kube-proxy or a policy with its timer sets them too, the
    last one wins.
"""

EXAMPLES = r"""
- name: Idle connections end after fifteen minutes
  ipvs_timeout.lvs.ipvs_timeout:
    tcp: 15m

- name: All three, in the routing mesh of Docker Swarm
  ipvs_timeout.lvs.ipvs_timeout:
    tcp: 2h15m
    tcpfin: 60
    udp: 30s
    netns: [ingress_sbox]

- name: What the policy says, in every network namespace
  ipvs_timeout.lvs.ipvs_timeout:
    policy: /etc/ipvs-timeout.conf

- name: The kernel's own again
  ipvs_timeout.lvs.ipvs_timeout:
    state: default

- name: A director whose kernel is reached by an ipvsadm of its own
  ipvs_timeout.lvs.ipvs_timeout:
    udp: 60
    backend: ipvsadm
    ipvsadm: /opt/dpvs/bin/ipvsadm
"""

RETURN = r"""
namespaces:
  description: What was and what is, for each network namespace. Also when the module fails, for those that did not.
  returned: always, but where the program is missing or too old
  type: list
  elements: dict
  contains:
    netns:
      description: The network namespace.
      type: str
      sample: host
    backend:
      description: The way that was taken.
      type: str
      sample: netlink
    before:
      description: The timeouts before, in seconds; none where the kernel was built without the protocol.
      type: dict
      sample: {tcp: 900, tcpfin: 120, udp: 300}
    after:
      description: The timeouts as read afterwards; in check mode, as they would be.
      type: dict
      sample: {tcp: 60, tcpfin: 30, udp: 60}
    drift:
      description: The names of the timeouts that differed before.
      type: list
      elements: str
      sample: [tcp, tcpfin, udp]
    changed:
      description: Whether something changed there, or would.
      type: bool
      sample: true
before:
  description: The timeouts before.
  returned: when exactly one network namespace was looked at
  type: dict
  sample: {tcp: 900, tcpfin: 120, udp: 300}
after:
  description: The timeouts afterwards; in check mode, as they would be.
  returned: when exactly one network namespace was looked at
  type: dict
  sample: {tcp: 60, tcpfin: 30, udp: 60}
drift:
  description: A sentence for each timeout that was not as wanted before.
  returned: always, but where the program is missing or too old
  type: list
  elements: str
  sample: ["host: tcp is 900 s, wanted 60 s"]
version:
  description: The version of the program.
  returned: always, but where the program is missing or too old
  type: str
  sample: 0.1.0
status:
  description: The exit status of the program.
  returned: when it is not 0
  type: int
  sample: 69
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.ipvs_timeout.lvs.plugins.module_utils.program import (
    NAMES,
    POLICIES,
    Program,
    argument_spec,
    differences,
    mutually_exclusive,
)


def command_line(module, policy):
    """Return the command of ipvs-timeout and its arguments."""
    params = module.params
    if params["state"] == "default":
        return "set", ["default"] * len(NAMES)
    if policy is not None:
        return "apply", ["--", policy]
    return "set", ["--%s=%s" % (name, params[name]) for name in NAMES if params[name] is not None]


def as_table(rows, which):
    """Return the timeouts as lines, so that a difference shows one line for each that changes."""
    return "".join("%s %s %s\n" % (row["netns"], name, row[which][name]) for row in rows for name in NAMES)


def main():
    """Run the module."""
    spec = argument_spec()
    spec["state"] = {"type": "str", "default": "present", "choices": ["present", "default"]}
    module = AnsibleModule(
        argument_spec=spec,
        mutually_exclusive=mutually_exclusive(),
        required_if=[("state", "present", NAMES + POLICIES, True)],
        supports_check_mode=True,
    )
    given = [name for name in NAMES + POLICIES if module.params[name] is not None]
    if module.params["state"] == "default" and given:
        module.fail_json(msg="state=default gives all timeouts the kernel's values and takes no %s" % ", ".join(given))

    program = Program(module)
    command, arguments = command_line(module, program.policy())
    if module.check_mode:
        rows, failure = program.run(command, ["--dry-run"] + arguments)
    else:
        rows, failure = program.change(command, arguments)
    for row in rows:
        row["drift"] = [name for name in NAMES if row["before"][name] != row["after"][name]]
        del row["dry_run"]
    result = {
        "changed": any(row["changed"] for row in rows),
        "namespaces": rows,
        "drift": [sentence for row in rows for sentence in differences(row, "before", "after")],
        "version": program.version,
        "diff": {
            "before_header": "IPVS timeouts",
            "after_header": "IPVS timeouts",
            "before": as_table(rows, "before"),
            "after": as_table(rows, "after"),
        },
    }
    if len(rows) == 1:
        result.update(before=rows[0]["before"], after=rows[0]["after"])
    if failure:
        module.fail_json(**dict(result, **failure))
    module.exit_json(**result)


if __name__ == "__main__":
    main()

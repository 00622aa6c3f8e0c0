#!/usr/bin/python
# SPDX-License-Identifier: Apache-2.0
"""Set the connection timeouts of IPVS."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ipvs_timeout
short_description: Set the connection timeouts of Linux Virtual Server (IPVS)
version_added: 0.1.0
description:
  - Sets the three timeouts of C(ipvsadm --set tcp tcpfin udp) and reads them back. Give values or a policy. The module
    works in one network namespace or in many.
  - Runs C(ipvs-timeout set) or C(ipvs-timeout apply) on the director. A failure has the sentence that the program
    printed.
  - Sends only the timeouts you name; with a policy, only the timeouts that differ. A second run changes nothing.
  - A connection uses the new timeout from its next packet on. C(ipvs-timeout connections) shows which connections are
    still on the old timer.
options:
  state:
    description:
      - V(present) sets the timeouts to O(tcp), O(tcpfin) and O(udp), or to the values of the policy.
      - V(default) sets all three to the kernel's defaults, which are 900, 120 and 300 s.
    type: str
    choices: [present, default]
    default: present
extends_documentation_fragment:
  - ipvs_timeout.lvs.director
attributes:
  check_mode:
    description: Reports what would change, and changes nothing.
    support: full
  diff_mode:
    description: Shows the timeouts that change, or would change, as old and new values.
    support: full
seealso:
  - module: ipvs_timeout.lvs.ipvs_timeout_info
notes:
  - The timeouts are lost when the module ip_vs is unloaded, when the network namespace ends, and when the director
    reboots. To keep them, install a policy and the systemd units with P(ipvs_timeout.lvs.director#role).
  - Use one writer for each network namespace. If keepalived, kube-proxy, or a policy with its timer sets the timeouts
    too, the last one to write wins.
"""

EXAMPLES = r"""
- name: Forget idle connections after fifteen minutes
  ipvs_timeout.lvs.ipvs_timeout:
    tcp: 15m

- name: Set all three in the routing mesh of Docker Swarm
  ipvs_timeout.lvs.ipvs_timeout:
    tcp: 2h15m
    tcpfin: 60
    udp: 30s
    netns: [ingress_sbox]

- name: Apply the policy to every network namespace that it matches
  ipvs_timeout.lvs.ipvs_timeout:
    policy: /etc/ipvs-timeout.conf

- name: Return to the kernel's defaults
  ipvs_timeout.lvs.ipvs_timeout:
    state: default

- name: Use an ipvsadm that is not in the usual directories
  ipvs_timeout.lvs.ipvs_timeout:
    udp: 60
    backend: ipvsadm
    ipvsadm: /opt/lvs/sbin/ipvsadm
"""

RETURN = r"""
namespaces:
  description: The old and new timeouts of each network namespace. If the module fails, those of the namespaces that did
    not fail.
  returned: always, except if the program is missing or too old
  type: list
  elements: dict
  contains:
    netns:
      description: The network namespace, as O(netns) would name it.
      type: str
      sample: host
    netns_device:
      description: The device of the namespace's file. Together with RV(namespaces[].netns_inode) it identifies the
        network namespace, whatever its name is. V(null) if it is unknown; missing if the program is older.
      type: int
      sample: 4
    netns_inode:
      description: The inode of the namespace's file.
      type: int
      sample: 4026531840
    backend:
      description: The backend that was used.
      type: str
      sample: netlink
    before:
      description: The old timeouts, in seconds; V(null) if the kernel was built without the protocol.
      type: dict
      sample: {tcp: 900, tcpfin: 120, udp: 300}
    after:
      description: The new timeouts, as read after the change; in check mode, as they would be.
      type: dict
      sample: {tcp: 60, tcpfin: 30, udp: 60}
    drift:
      description: The names of the timeouts that had other values before.
      type: list
      elements: str
      sample: [tcp, tcpfin, udp]
    changed:
      description: Whether a timeout changed there; in check mode, whether one would.
      type: bool
      sample: true
before:
  description: The old timeouts.
  returned: when the result has exactly one network namespace
  type: dict
  sample: {tcp: 900, tcpfin: 120, udp: 300}
after:
  description: The new timeouts; in check mode, as they would be.
  returned: when the result has exactly one network namespace
  type: dict
  sample: {tcp: 60, tcpfin: 30, udp: 60}
drift:
  description: A sentence for each timeout that had another value before.
  returned: always, except if the program is missing or too old
  type: list
  elements: str
  sample: ["host: tcp is 900 s, wanted 60 s"]
version:
  description: The version of the program.
  returned: always, except if the program is missing or too old
  type: str
  sample: 0.1.0
status:
  description: The exit status of the program.
  returned: when the status is not 0
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
    """Return each timeout as a line, so that a diff has one line for each timeout that changes."""
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
        names = ", ".join(given)
        module.fail_json(msg="state=default sets the kernel's defaults and cannot be combined with %s" % names)

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

#!/usr/bin/python
# SPDX-License-Identifier: Apache-2.0
"""Show the connection timeouts of IPVS, and whether they are as wanted."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ipvs_timeout_info
short_description: Show the connection timeouts of Linux Virtual Server (IPVS), and their drift
version_added: 0.1.0
description:
  - Reads the three timeouts, in one network namespace or in many, and compares them with what is wanted, if that is
    told.
  - It runs C(ipvs-timeout show) or C(ipvs-timeout verify) on the director and fails with the sentence that this says.
    Timeouts that are not as wanted are no failure; RV(as_wanted) and RV(drift) tell of them.
extends_documentation_fragment:
  - ipvs_timeout.lvs.director
attributes:
  check_mode:
    description: Can run in C(check_mode); it never changes anything.
    support: full
  diff_mode:
    description: Has nothing to show in C(diff) mode.
    support: none
seealso:
  - module: ipvs_timeout.lvs.ipvs_timeout
"""

EXAMPLES = r"""
- name: What is there
  ipvs_timeout.lvs.ipvs_timeout_info:
    all_netns: true
  register: timeouts

- name: Fail where the timeouts are not as the policy says
  ipvs_timeout.lvs.ipvs_timeout_info:
    policy: /etc/ipvs-timeout.conf
  register: timeouts
  failed_when: timeouts is failed or not timeouts.as_wanted

- name: Say where udp is not a minute
  ipvs_timeout.lvs.ipvs_timeout_info:
    udp: 1m
  register: timeouts

- name: Report
  ansible.builtin.debug:
    var: timeouts.drift
"""

RETURN = r"""
namespaces:
  description: What is there, for each network namespace. Also when the module fails, for those that did not.
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
    timeouts:
      description: The timeouts, in seconds; none where the kernel was built without the protocol.
      type: dict
      sample: {tcp: 900, tcpfin: 120, udp: 300}
    wanted:
      description: The timeouts that are wanted; none where any will do. Only where something is wanted.
      type: dict
      sample: {tcp: 60, tcpfin: null, udp: null}
    drift:
      description: The names of the timeouts that differ. Only where something is wanted.
      type: list
      elements: str
      sample: [tcp]
    as_wanted:
      description: Whether none differs. Only where something is wanted.
      type: bool
      sample: false
timeouts:
  description: The timeouts, in seconds.
  returned: when exactly one network namespace was looked at
  type: dict
  sample: {tcp: 900, tcpfin: 120, udp: 300}
as_wanted:
  description: Whether all timeouts are as wanted in all network namespaces.
  returned: when O(tcp), O(tcpfin), O(udp) or a policy is given
  type: bool
  sample: false
drift:
  description: A sentence for each timeout that is not as wanted.
  returned: when O(tcp), O(tcpfin), O(udp) or a policy is given
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
  returned: when it is neither 0 nor 1
  type: int
  sample: 69
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.ipvs_timeout.lvs.plugins.module_utils.program import (
    NAMES,
    Program,
    argument_spec,
    differences,
    mutually_exclusive,
)


def command_line(params, policy):
    """Return the command of ipvs-timeout, its arguments, and with which statuses it has not failed."""
    wanted = ["--%s=%s" % (name, params[name]) for name in NAMES if params[name] is not None]
    if policy is not None:
        wanted.append("--policy=" + policy)
    return ("verify", wanted, (0, 1)) if wanted else ("show", [])


def main():
    """Run the module."""
    module = AnsibleModule(
        argument_spec=argument_spec(),
        mutually_exclusive=mutually_exclusive(),
        supports_check_mode=True,
    )
    program = Program(module)
    line = command_line(module.params, program.policy())
    rows, failure = program.run(*line)
    result = {"changed": False, "namespaces": rows, "version": program.version}
    if line[0] == "verify":
        result["as_wanted"] = all(row["as_wanted"] for row in rows)
        result["drift"] = [sentence for row in rows for sentence in differences(row, "timeouts", "wanted")]
    if len(rows) == 1:
        result["timeouts"] = rows[0]["timeouts"]
    if failure:
        module.fail_json(**dict(result, **failure))
    module.exit_json(**result)


if __name__ == "__main__":
    main()

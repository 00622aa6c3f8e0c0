#!/usr/bin/python
# SPDX-License-Identifier: Apache-2.0
"""Show the connection timeouts of IPVS, and whether they are as wanted."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ipvs_timeout_info
short_description: Show the connection timeouts of Linux Virtual Server (IPVS), and their drift
version_added: 0.1.0
description:
  - Reads the three timeouts in one network namespace or in many. If you give wanted timeouts or a policy, it compares
    them.
  - Runs C(ipvs-timeout show) or C(ipvs-timeout verify) on the director. A failure has the sentence that the program
    printed.
  - Timeouts that are not as wanted are not a failure. See RV(as_wanted) and RV(drift).
extends_documentation_fragment:
  - ipvs_timeout.lvs.director
attributes:
  check_mode:
    description: Works in check mode, because it never changes anything.
    support: full
  diff_mode:
    description: Has no difference to show.
    support: none
seealso:
  - module: ipvs_timeout.lvs.ipvs_timeout
"""

EXAMPLES = r"""
- name: Read the timeouts of all network namespaces
  ipvs_timeout.lvs.ipvs_timeout_info:
    all_netns: true
  register: timeouts

- name: Fail if the timeouts do not match the policy
  ipvs_timeout.lvs.ipvs_timeout_info:
    policy: /etc/ipvs-timeout.conf
  register: timeouts
  failed_when: timeouts is failed or not timeouts.as_wanted

- name: Find network namespaces where udp is not one minute
  ipvs_timeout.lvs.ipvs_timeout_info:
    udp: 1m
  register: timeouts

- name: Report the drift
  ansible.builtin.debug:
    var: timeouts.drift
"""

RETURN = r"""
namespaces:
  description: The timeouts of each network namespace. If the module fails, those of the namespaces that did not fail.
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
    timeouts:
      description: The timeouts, in seconds; V(null) if the kernel was built without the protocol.
      type: dict
      sample: {tcp: 900, tcpfin: 120, udp: 300}
    wanted:
      description: The wanted timeouts; V(null) if any value will do. Only if you give wanted timeouts or a policy.
      type: dict
      sample: {tcp: 60, tcpfin: null, udp: null}
    drift:
      description: The names of the timeouts that differ. Only if you give wanted timeouts or a policy.
      type: list
      elements: str
      sample: [tcp]
    as_wanted:
      description: Whether all timeouts are as wanted. Only if you give wanted timeouts or a policy.
      type: bool
      sample: false
timeouts:
  description: The timeouts, in seconds.
  returned: when the result has exactly one network namespace
  type: dict
  sample: {tcp: 900, tcpfin: 120, udp: 300}
as_wanted:
  description: Whether all timeouts are as wanted in all network namespaces.
  returned: when you give O(tcp), O(tcpfin), O(udp) or a policy
  type: bool
  sample: false
drift:
  description: A sentence for each timeout that is not as wanted.
  returned: when you give O(tcp), O(tcpfin), O(udp) or a policy
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
  returned: when the status is neither 0 nor 1
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
    """Return the command of ipvs-timeout, its arguments, and the exit statuses that are no failure."""
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

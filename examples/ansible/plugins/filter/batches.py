# SPDX-License-Identifier: Apache-2.0
"""Sort directors into the batches of a roll-out."""

from __future__ import annotations

from ansible.errors import AnsibleFilterError


# The variables that decide which timeouts a director gets.
WANTED = ("director_timeouts", "director_policy", "director_netns")


def units(directors, variables):
    """Return lists of directors that change together; a pair has the position of its first director."""
    found = {}
    for director in directors:
        pair = variables[director].get("director_pair")
        found.setdefault(("pair", pair) if pair else ("alone", director), []).append(director)
    for (kind, name), members in found.items():
        if kind == "alone":
            continue
        everyone = {one for one in variables if variables[one].get("director_pair") == name}
        left_out = sorted(everyone - set(members))
        kinds = {repr([variables[one].get(name) for name in WANTED]) for one in members}
        if len(kinds) > 1:
            names = ", ".join(members)
            raise AnsibleFilterError("%s are the pair %s, but different timeouts are wanted for them" % (names, name))
        if left_out:
            raise AnsibleFilterError(
                "%s and %s are the pair %s and must be changed together; add %s to this run"
                % (", ".join(members), ", ".join(left_out), name, ", ".join(left_out))
            )
    return list(found.values())


def batches(directors, variables, size, canary=None):
    """Return each director with its batch number: 0 for the canary and its pair; later batches have at most `size`."""
    if size < 1:
        raise AnsibleFilterError("a batch needs at least one director, not %s" % size)
    rest = units(directors, variables)
    if not rest:
        return []
    canary = canary or directors[0]
    first = [unit for unit in rest if canary in unit]
    if not first:
        raise AnsibleFilterError("the canary %s is not among the directors of this run" % canary)
    rest.remove(first[0])
    result = [list(first[0])]
    batch = []
    for unit in rest:
        # A pair that is larger than a batch is a batch by itself.
        if batch and len(batch) + len(unit) > size:
            result.append(batch)
            batch = []
        batch = batch + unit
    result += [batch] * bool(batch)
    return [{"director": one, "batch": number} for number, batch in enumerate(result) for one in batch]


class FilterModule:
    """Offers the filter to Ansible."""

    def filters(self):
        """Return the filter by its name."""
        return {"batches": batches}

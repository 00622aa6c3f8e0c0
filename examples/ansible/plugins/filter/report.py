# SPDX-License-Identifier: Apache-2.0
"""Report the drift of many directors."""

from __future__ import annotations


def report(directors, variables, register, asked_only=False):
    """Return a sentence for each timeout that is not as wanted, and for each director that could not be checked."""
    lines = []
    for director in directors:
        seen = variables[director].get(register) or {}
        if asked_only and (not seen or seen.get("skipped")):
            continue
        seen = seen or {"msg": "this run did not ask it"}
        lines += ["%s: %s" % (director, sentence) for sentence in seen.get("drift", [])]
        if "as_wanted" not in seen or "status" in seen:
            lines.append("%s: not checked: %s" % (director, str(seen.get("msg")).strip()))
    return lines


class FilterModule:
    """Offers the filter to Ansible."""

    def filters(self):
        """Return the filter by its name."""
        return {"report": report}

# SPDX-License-Identifier: Apache-2.0
"""What is to be said about directors that have been compared."""

from __future__ import annotations


def report(directors, variables, register):
    """Return a sentence for each timeout that is not as wanted, and for each director that cannot be told of."""
    lines = []
    for director in directors:
        seen = variables[director].get(register) or {"msg": "it was not asked"}
        lines += ["%s: %s" % (director, sentence) for sentence in seen.get("drift", [])]
        if "as_wanted" not in seen or "status" in seen:
            lines.append("%s: cannot tell: %s" % (director, str(seen.get("msg")).strip()))
    return lines


class FilterModule:
    """The filter of this file."""

    def filters(self):
        """Return it by its name."""
        return {"report": report}

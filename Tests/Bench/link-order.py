#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""link-order.py MAP TRACE...: prints the symbols in whose order the sections of the traces are to be linked.

MAP is lld's map. A trace has the 16-byte blocks, in hexadecimal without the last digit, that one command line uses. Its
name ends in the group of the command line and a number, such as a01.

The linker moves whole sections, and each is named by its first symbol. Sections of the first group come first, whatever
the other groups use: these command lines are the lightest, so a page apart costs them most. Within a group, sections
that all of its command lines use come first, and sections that only one uses come last. Sections of the same command
lines are in the order of their first use.
"""
import bisect
import re
import sys

KINDS = (".text", ".rodata", ".data.rel.ro", ".data", ".bss", "swift5_typeref")
# The large sections of the libraries would push the small ones apart: only a few pages of them are used.
LARGEST = 32_768
LINE = re.compile(r" *([0-9a-f]+) +[0-9a-f]+ +([0-9a-f]+) +\d+ ( *)(.*)$")


def sections(path):
    """Return the start, size and first symbol of each section that the linker can move, by address."""
    found, output = [], ""
    with open(path, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            match = LINE.match(line)
            if not match:
                continue
            start, size, depth, name = int(match[1], 16), int(match[2], 16), len(match[3]), match[4]
            if depth == 0:
                output = name
            elif depth == 8:
                found.append([start, size, None if output in KINDS else ""])
            elif found and found[-1][2] is None:
                found[-1][2] = name
    return sorted(section for section in found if section[1] > 0 and section[0] > 0)


def main():
    """Print the order."""
    parts = sections(sys.argv[1])
    starts = [part[0] for part in parts]
    uses = {}
    groups = [path.rsplit(".", 1)[-1][0] for path in sys.argv[2:]]
    for number, path in enumerate(sys.argv[2:]):
        with open(path, encoding="ascii", errors="replace") as blocks:
            for time, block in enumerate(blocks):
                try:
                    address = int(block.strip() + "0", 16)
                except ValueError:
                    # A message of valgrind.
                    continue
                index = bisect.bisect_right(starts, address + 15) - 1
                if index >= 0 and sum(parts[index][:2]) > address:
                    uses.setdefault(index, [0, number, time])[0] |= 1 << number

    def group(users):
        """Return the first group that uses a section, and how many of its command lines do, most first."""
        of_each = [name for number, name in enumerate(groups) if users >> number & 1]
        return min(of_each), -of_each.count(min(of_each))

    order = sorted((group(users), -users, first, time, index) for index, (users, first, time) in uses.items())
    names = [parts[index][2] for *_, index in order if parts[index][1] <= LARGEST]
    print("\n".join(dict.fromkeys(name for name in names if name)))


main()

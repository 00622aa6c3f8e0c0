#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""link-order.py MAP SYMBOLS SECTIONS TRACE...: writes the order in which the sections of the traces are to be linked.

MAP is lld's map. A trace has the addresses, in hexadecimal, of the instructions and data that one command line uses. Its
name ends in the group of the command line and a number, such as a01.

The linker moves whole sections. A section that defines a symbol is named by its first one, in SYMBOLS. Other sections have
no symbol, such as text constants, jump tables and what destroys a closure. SECTIONS is a linker script that names them by
their file and section.

Sections of the first group come first, whatever the other groups use: these command lines are the lightest, so a page apart
costs them most. Within a group, sections that all of its command lines use come first, and sections that only one uses come
last. Sections of the same command lines are in the order of their first use.
"""
import bisect
import re
import sys

KINDS = (".text", ".rodata", ".data.rel.ro", ".data", ".bss", "swift5_typeref")
# What has no symbol is moved only where it may lie anywhere: not what the program writes, or makes read-only at its start.
UNNAMED_KINDS = (".text", ".rodata")
# The large sections of the libraries would push the small ones apart: only a few pages of them are used.
LARGEST = 32_768
LINE = re.compile(r" *([0-9a-f]+) +[0-9a-f]+ +([0-9a-f]+) +\d+ ( *)(.*)$")
# The file that holds a section, perhaps in an archive. Directories may differ, but not the last one of an object file.
PLACE = re.compile(r"(?:.*/)?(?:([^/]+\.a)\(([^()]+)\)|([^/]+/[^/]+\.o)):\(([^() ]+)\)$")


class Section:
    """A section that the linker can move."""

    def __init__(self, start, size, kind, place):
        self.start, self.end, self.kind, self.place = start, start + size, kind.removesuffix(".unnamed"), place
        self.symbol = None
        self.users, self.first = 0, None

    @property
    def pattern(self):
        """What matches this section in a linker script, or None."""
        match = PLACE.match(self.place)
        if not match:
            return None
        archive, member, file, name = match.groups()
        return f"*{archive}:{member}({name})" if archive else f"*/{file}({name})"


def sections(path):
    """Return the sections by their addresses."""
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
                found.append(Section(start, size, output, name))
            elif found and found[-1].symbol is None and not name.startswith(".L"):
                # Names with .L are the compiler's own; many sections have the same.
                found[-1].symbol = name
    return sorted((part for part in found if part.start and part.end > part.start), key=lambda part: part.start)


def read(path, number, parts, starts):
    """Note what a trace uses."""
    with open(path, encoding="ascii", errors="replace") as addresses:
        for time, line in enumerate(addresses):
            try:
                address = int(line, 16)
            except ValueError:
                # A message of valgrind.
                continue
            index = bisect.bisect_right(starts, address) - 1
            if index >= 0 and address < parts[index].end:
                parts[index].users |= 1 << number
                parts[index].first = parts[index].first or (number, time)


def main():
    """Write the order."""
    parts = sections(sys.argv[1])
    starts = [part.start for part in parts]
    groups = [path.rsplit(".", 1)[-1][0] for path in sys.argv[4:]]
    for number, path in enumerate(sys.argv[4:]):
        read(path, number, parts, starts)

    def place(part):
        """Return the first group that uses a section, how many of its command lines do, most first, and when."""
        of_each = [name for number, name in enumerate(groups) if part.users >> number & 1]
        return min(of_each), -of_each.count(min(of_each)), -part.users, part.first

    used = sorted((part for part in parts if part.users and part.end - part.start <= LARGEST), key=place)
    with open(sys.argv[2], "w", encoding="utf-8") as symbols:
        for name in dict.fromkeys(part.symbol for part in used if part.symbol and part.kind in KINDS):
            print(name, file=symbols)
    with open(sys.argv[3], "w", encoding="utf-8") as script:
        print("/* Written by `make link-order`: what the most used command lines use, and has no symbol. */", file=script)
        for kind in UNNAMED_KINDS:
            unnamed = [part.pattern for part in used if part.kind == kind and not part.symbol and part.pattern]
            # After each change, the compiler gives such functions other numbers. They are small, so all of them are kept together.
            unnamed += ["*(.text..L*)"] if kind == ".text" else []
            print(f"SECTIONS {{ {kind}.unnamed : {{", file=script)
            for pattern in dict.fromkeys(unnamed):
                print(f"  {pattern}", file=script)
            print(f"}} }} INSERT BEFORE {kind};", file=script)


main()

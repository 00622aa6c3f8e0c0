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
import sys

import linkmap

KINDS = (".text", ".rodata", ".data.rel.ro", ".data", ".bss", "swift5_typeref")
# What has no symbol is moved only where it may lie anywhere: not what the program writes, or makes read-only at its start.
# Code begins where the 64 KiB begin that the kernel maps around a page fault. Constants lie at the start of the file, which
# each command line reads; before .rodata, which the standard library makes writable, they would need one more segment.
UNNAMED_PLACES = {".text": ("ALIGN(0x10000) ", "BEFORE .text"), ".rodata": ("", "AFTER .rela.dyn")}
# The large sections of the libraries would push the small ones apart: only a few pages of them are used.
LARGEST = 32_768


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
    parts = linkmap.sections(sys.argv[1])
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
        for name in dict.fromkeys(part.symbols[0] for part in used if part.symbols and part.kind in KINDS):
            print(name, file=symbols)
    # A file may have several sections of one name. Where one of them has a symbol, the pattern would take it, too.
    named = {part.pattern for part in parts if part.symbols}
    with open(sys.argv[3], "w", encoding="utf-8") as script:
        print("/* Written by `make link-order`: what the most used command lines use, and has no symbol. */", file=script)
        for kind, (alignment, insertion) in UNNAMED_PLACES.items():
            patterns = [part.pattern for part in used if part.kind == kind and not part.symbols]
            print(f"SECTIONS {{ {kind}.unnamed : {alignment}{{", file=script)
            for pattern in dict.fromkeys(patterns):
                if pattern and pattern not in named:
                    print(f"  {pattern}", file=script)
            if kind == ".text":
                # The compiler gives such functions other numbers after each change. All of them are small.
                print("  *(.text..L*)", file=script)
            print(f"}} }} INSERT {insertion};", file=script)


main()

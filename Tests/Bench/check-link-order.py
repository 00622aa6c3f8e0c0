#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""check-link-order.py MAP SYMBOLS SECTIONS: prints how much of the link order is in the program of which MAP is lld's map.

Fails if fewer than 90 % of the symbols, or of the sections without a symbol, are. The linker ignores what it does not find,
so what was renamed loses its place without a message.
"""
import sys

import linkmap


def main():
    """Compare."""
    parts = linkmap.sections(sys.argv[1])
    symbols = {name for part in parts for name in part.symbols}
    patterns = {part.pattern for part in parts}
    with open(sys.argv[2], encoding="utf-8") as lines:
        wanted_symbols = {line.strip() for line in lines}
    with open(sys.argv[3], encoding="utf-8") as lines:
        # The compiler numbers functions without a name again after each change.
        wanted_sections = {line.strip() for line in lines if line.startswith("  ") and ".text..L" not in line}
    is_stale = False
    for what, wanted, present in ("symbols", wanted_symbols, symbols), ("sections", wanted_sections, patterns):
        found = len(wanted & present)
        print(f"link order: {found} of {len(wanted)} {what} found ({found * 100 // len(wanted)} %)")
        is_stale = is_stale or found * 10 < len(wanted) * 9
    if is_stale:
        sys.exit('check-link-order.py: fewer than 90 % were found; run "make link-order"')


main()

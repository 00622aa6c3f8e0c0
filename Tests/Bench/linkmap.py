# SPDX-License-Identifier: Apache-2.0
"""Reads the map that lld writes of a program."""
import re

LINE = re.compile(r" *([0-9a-f]+) +[0-9a-f]+ +([0-9a-f]+) +\d+ ( *)(.*)$")
# The file that holds a section, perhaps in an archive. Directories may differ, but not the last one of an object file.
PLACE = re.compile(r"(?:.*/)?(?:([^/]+\.a)\(([^()]+)\)|([^/]+/[^/]+\.o)):\(([^() ]+)\)$")


class Section:
    """A section that the linker can move."""

    def __init__(self, start, size, kind, place):
        self.start, self.end, self.kind, self.place = start, start + size, kind.removesuffix(".unnamed"), place
        self.symbols = []
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
    """Return the sections that are loaded, by their addresses."""
    found, output, is_loaded = [], "", False
    with open(path, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            match = LINE.match(line)
            if not match:
                continue
            start, size, depth, name = int(match[1], 16), int(match[2], 16), len(match[3]), match[4]
            if depth == 0:
                output, is_loaded = name, start > 0
            elif depth == 8:
                found.append(Section(start, size, output, name) if is_loaded else None)
            elif found and found[-1] and not name.startswith(".L"):
                # Names with .L are the compiler's own; many sections have the same.
                found[-1].symbols.append(name)
    return sorted((part for part in found if part and part.end > part.start), key=lambda part: part.start)

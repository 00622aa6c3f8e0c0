# SPDX-License-Identifier: Apache-2.0
"""The bars of the benchmarks. Each is printed with what was measured, and a missed one makes the benchmark fail."""
import sys

MISSED = []


def at_most(what, value, bar, digits=2):
    """Note a missed bar; return the bar as a cell of a table, marked if it was missed."""
    if value > bar:
        MISSED.append(f"{what}: {value:.{digits}f}, at most {bar:.{digits}f}")
    return f"{bar:.{digits}f}" + (" (missed)" if value > bar else "")


def at_least(what, value, bar):
    """Do the same for a bar below which no value may fall."""
    if value < bar:
        MISSED.append(f"{what}: {value:.1f}, at least {bar:.1f}")
    return f"{bar:.1f}" + (" (missed)" if value < bar else "")


def end():
    """Print the missed bars, and exit with status 1 if there are any."""
    for line in MISSED:
        print(f"missed: {line}")
    sys.stdout.flush()
    sys.exit(1 if MISSED else 0)

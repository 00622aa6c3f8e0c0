# SPDX-License-Identifier: Apache-2.0
"""Times commands that look for use in 1000 network namespaces, of which one has all connections, against `show --all-netns`.

Before Linux 7.2 all namespaces share one table of connections, so reading it in a quiet namespace walks over everybody's.
To report on the one namespace that has them, `doctor` and `connections` must read the table once, which takes the kernel
longer than all the rest. So with connections, these two are held to the bar in the quiet namespaces, and the time of the
whole is printed beside the time for the one namespace.

The runs alternate. Compare the medians and their ratio.
"""
import os
import statistics
import subprocess
import sys
import time

import bars
import connections

ALL = "show --all-netns"
IN_USE = "show --all-netns --in-use"
DOCTOR, CONNECTIONS = "doctor", "connections --all-netns"
# What each line may take of the time of `show --all-netns`.
BAR = 2


def timed(line):
    """Run a command line of the program to its end; return its wall time in s."""
    start = time.perf_counter()
    status = subprocess.run(["./ipvs-timeout", *line.split()], check=False, stdout=subprocess.DEVNULL).returncode
    took = time.perf_counter() - start
    # doctor ends with 1 when it has found a problem.
    if status > line.startswith("doctor"):
        sys.exit(f"{line[:40]}: status {status}")
    return took


def medians(lines, rounds):
    """Return the median of the time of each line, from runs that alternate."""
    times = {line: [] for line in lines}
    for _ in range(rounds):
        for line, samples in times.items():
            samples.append(timed(line))
    return {line: statistics.median(samples) for line, samples in times.items()}


def main():
    count, entries, rounds = (int(argument) for argument in sys.argv[1:])
    names = [f"q{n}" for n in range(count)]
    subprocess.run(["ip", "-batch", "-"], input="\n".join(f"netns add {name}" for name in names), text=True, check=True)
    found = connections.fill(entries) if entries else 0
    quiet = " ".join(f"--netns {name}" for name in names)
    # The label of each line, the line, and the line that does as much without looking for use.
    lines = [(IN_USE, IN_USE, ALL)]
    if entries:
        lines += [("`doctor` in a quiet one", "doctor --netns q0", ALL)]
        lines += [("`connections` in the quiet ones", f"connections {quiet}", f"show {quiet}")]
    else:
        lines += [(DOCTOR, DOCTOR, ALL), (CONNECTIONS, CONNECTIONS, ALL)]
    times = medians(dict.fromkeys([ALL, *(line for _, *pair in lines for line in reversed(pair))]), rounds)
    print(
        f"Linux {os.uname().release}, {count} network namespaces, {found} connections in the caller's, "
        f"the median of {rounds} runs\n\n| | wall time, s | to `show` of the same namespaces | at most |\n"
        "| --- | --- | --- | --- |")
    print(f"| `{ALL}` | {times[ALL]:.3f} | 1.00 | |")
    for label, line, base in lines:
        label = label if "`" in label else f"`{label}`"
        ratio = times[line] / times[base]
        bar = bars.at_most(f"{label}, {found} connections in another namespace", ratio, BAR)
        print(f"| {label} | {times[line]:.3f} | {ratio:.2f} | {bar} |")
    if entries:
        whole = medians(["connections", CONNECTIONS, DOCTOR], rounds)
        for line, took in whole.items():
            print(f"| `{line}`, with the {found} | {took:.3f} | {took / times[ALL]:.2f} | |")
    print(flush=True)
    bars.end()


main()

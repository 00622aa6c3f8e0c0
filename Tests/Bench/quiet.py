# SPDX-License-Identifier: Apache-2.0
"""Times commands that look for use in 1000 network namespaces, of which one has all connections, against `show --all-netns`.

Before Linux 7.2 all namespaces share one table of connections, so reading it in a quiet namespace walks over everybody's.
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
# What each line may take of the time of `show --all-netns`.
LINES = [("show --all-netns --in-use", 2), ("doctor", 2), ("connections --all-netns", 2)]


def timed(line):
    """Run a command line of the program to its end; return its wall time in s."""
    start = time.perf_counter()
    status = subprocess.run(["./ipvs-timeout", *line.split()], check=False, stdout=subprocess.DEVNULL).returncode
    took = time.perf_counter() - start
    # doctor ends with 1 when it has found a problem.
    if status > (line == "doctor"):
        sys.exit(f"{line}: status {status}")
    return took


def main():
    count, entries, rounds = (int(argument) for argument in sys.argv[1:])
    subprocess.run(["ip", "-batch", "-"], input="\n".join(f"netns add q{n}" for n in range(count)), text=True, check=True)
    found = connections.fill(entries) if entries else 0
    times = {line: [] for line in [ALL] + [line for line, _ in LINES]}
    for _ in range(rounds):
        for line, samples in times.items():
            samples.append(timed(line))
    base = statistics.median(times[ALL])
    print(
        f"Linux {os.uname().release}, {count} network namespaces, {found} connections in the caller's, "
        f"the median of {rounds} runs\n\n| | wall time, s | to `{ALL}` | at most |\n| --- | --- | --- | --- |")
    print(f"| `{ALL}` | {base:.3f} | 1.00 | |")
    for line, bar in LINES:
        value = statistics.median(times[line])
        print(f"| `{line}` | {value:.3f} | {value / base:.2f} | {bars.at_most(f'{line}, quiet namespaces', value / base, bar)} |")
    print(flush=True)
    bars.end()


main()

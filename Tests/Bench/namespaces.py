# SPDX-License-Identifier: Apache-2.0
"""Times `./ipvs-timeout show --all-netns` and a loop of `ip netns exec NAME ./ipvsadm -L --timeout`.

The runs alternate, so a change in the machine's speed affects both programs. Compare the medians and their ratio.
"""
import os
import statistics
import subprocess
import sys
import time

import bars

LOOP = 'while read -r name; do ip netns exec "$name" ./ipvsadm -L --timeout; done < names'


def timed(command):
    """Run a command to its end; return its wall time in s and the number of lines that it wrote."""
    start = time.perf_counter()
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    return time.perf_counter() - start, output.count(b"\n")


def batch(commands):
    subprocess.run(["ip", "-batch", "-"], input="\n".join(commands), text=True, check=True)


def main():
    count, rounds = int(sys.argv[1]), int(sys.argv[2])
    names = [f"n{number}" for number in range(count)]
    batch(f"netns add {name}" for name in names)
    with open("names", "w", encoding="ascii") as file:
        file.writelines(f"{name}\n" for name in names)
    ours, theirs = [], []
    for _ in range(rounds):
        for _ in range(5):
            seconds, lines = timed(["./ipvs-timeout", "show", "--all-netns"])
            assert lines == count + 1, lines
            ours.append(seconds)
        seconds, lines = timed(["sh", "-c", LOOP])
        assert lines == count, lines
        theirs.append(seconds)
    print(f"Linux {os.uname().release}, {count} network namespaces, the median of {len(ours)} and {rounds} runs\n")
    print("| | `ipvs-timeout show --all-netns` | loop of `ip netns exec NAME ipvsadm -L --timeout` | ratio | at least |")
    print("| --- | --- | --- | --- | --- |")
    our, their = statistics.median(ours), statistics.median(theirs)
    bar = bars.at_least(f"{count} namespaces", their / our, 200)
    print(f"| wall time, s | {our:.3f} | {their:.1f} | 1 : {their / our:.0f} | {bar} |")
    batch(f"netns delete {name}" for name in names)
    bars.end()


main()

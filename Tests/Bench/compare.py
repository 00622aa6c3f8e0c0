# SPDX-License-Identifier: Apache-2.0
"""Compares ./ipvs-timeout with ./ipvsadm at the same work: wall and CPU time, system calls, page faults, peak memory.

The runs alternate, so a change in the machine's speed affects both programs. Compare the medians and their ratio.
"""
import os
import resource
import statistics
import subprocess
import sys
import time

import bars

LIST = ["./ipvsadm", "-L", "--timeout"]
PAIRS = [
    (["./ipvs-timeout"], LIST),
    (["./ipvs-timeout", "set", "60", "30", "60"], ["./ipvsadm", "--set", "60", "30", "60"]),
    (["./ipvs-timeout", "--set", "60", "30", "60"], ["./ipvsadm", "--set", "60", "30", "60"]),
    (["./ipvs-timeout", "-L", "--timeout"], LIST),
]
# The other command lines that machines call, and the ratio of their wall time to ipvsadm's that they must not exceed.
OTHERS = [
    ("--version", 0.80),
    ("--help", 0.80),
    ("verify 60 30 60", 0.80),
    ("verify --udp 60 --quiet", 0.80),
    ("set --udp 60", 0.80),
    ("set --udp 60 --format json", 0.80),
    ("show --format json", 0.80),
    ("show --format rules", 0.80),
    ("show --format prometheus", 0.80),
    ("show --netns blue", 0.80),
    ("verify --policy policy", 1.00),
    ("apply policy", 1.00),
    ("connections", 1.50),
    ("doctor", 1.50),
]
# What these bars allow of ipvsadm's wall time and peak memory.
WALL, MEMORY = 0.80, 1.00
# The peak memory of all other command lines, and the size of the program: 0.75 of what it was with Foundation.
OTHER_MEMORY_KIB, SIZE_MB = 2500, 13.2
SILENT = [(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)]


def run(command):
    """Run a command to its end; return its wall time in ms."""
    start = time.perf_counter()
    _, status = os.waitpid(os.posix_spawn(command[0], command, os.environ, file_actions=SILENT), 0)
    if status:
        sys.exit(f"{command} failed: {status}")
    return (time.perf_counter() - start) * 1000


def cpu():
    """Return the CPU time in ms of all commands that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (usage.ru_utime + usage.ru_stime) * 1000


def interleaved(ours, theirs, runs):
    """Run both commands in turn; return the wall times and the sum of the CPU times of each."""
    walls, sums = ([], []), [0, 0]
    for _ in range(runs):
        for side, command in enumerate((ours, theirs)):
            before = cpu()
            walls[side].append(run(command))
            sums[side] += cpu() - before
    return walls, sums


def system_calls(command):
    """Return the number of system calls, including execve and exit."""
    subprocess.run(["strace", "-f", "-qq", "-o", "trace", *command], check=True, stdout=subprocess.DEVNULL)
    with open("trace", encoding="utf-8", errors="replace") as trace:
        return sum("(" in line for line in trace)


def peak(command):
    """Return the peak resident memory in KiB and the page faults."""
    # os.wait4 would not do: the peak of a process that Python starts includes Python's own memory.
    subprocess.run(["/usr/bin/time", "-f", "%M %R", "-o", "peak", *command], check=True, stdout=subprocess.DEVNULL)
    with open("peak", encoding="ascii") as file:
        return [int(field) for field in file.read().split()]


def row(title, what, ours, theirs, digits, bar=None):
    """Print a row of the table about a command line; a bar is for the ratio."""
    cell = bars.at_most(f"{title}: {what}", ours / theirs, bar) if bar else ""
    print(f"| {what} | {ours:.{digits}f} | {theirs:.{digits}f} | {ours / theirs:.2f} | {cell} |")


def compare_others(runs):
    """Compare the other command lines with ipvsadm, and print a table."""
    subprocess.run(["ip", "netns", "add", "blue"], check=True)
    with open("policy", "w", encoding="ascii") as policy:
        policy.write("host 60 30 60\nblue 60 - -\n*lue - 30 60\n" + "b* 1m - -\n" * 7)
    os.chmod("policy", 0o644)
    run(["./ipvs-timeout", "apply", "policy"])
    print(f"| `ipvs-timeout …`, to `{' '.join(LIST)[2:]}` | wall time | at most | page faults | peak memory, KiB | at most |")
    print("| --- | --- | --- | --- | --- | --- |")
    for line, bar in OTHERS:
        command = ["./ipvs-timeout", *line.split()]
        run(command)
        walls, _ = interleaved(command, LIST, runs)
        ratio = statistics.median(walls[0]) / statistics.median(walls[1])
        (memory, faults), their_faults = peak(command), peak(LIST)[1]
        wall_bar = bars.at_most(f"{line}: wall time", ratio, bar)
        memory_bar = bars.at_most(f"{line}: peak memory", memory, OTHER_MEMORY_KIB, 0)
        print(f"| `{line}` | {ratio:.2f} | {wall_bar} | {faults / their_faults:.2f} | {memory} | {memory_bar} |", flush=True)
    subprocess.run(["ip", "netns", "delete", "blue"], check=True)
    print(flush=True)


def main():
    runs = int(sys.argv[1])
    print(f"Linux {os.uname().release}, {runs} interleaved runs of each, the median; CPU: the mean\n")
    for ours, theirs in PAIRS:
        for command in (ours, theirs):
            run(command)
        walls, sums = interleaved(ours, theirs, runs)
        title, other = (" ".join(command).removeprefix("./") for command in (ours, theirs))
        print(f"| | `{title}` | `{other}` | ratio | at most |\n| --- | --- | --- | --- | --- |")
        row(title, "wall time, ms", statistics.median(walls[0]), statistics.median(walls[1]), 2, WALL)
        row(title, "CPU time, ms", sums[0] / runs, sums[1] / runs, 2)
        row(title, "system calls", system_calls(ours), system_calls(theirs), 0)
        (our_peak, our_faults), (their_peak, their_faults) = peak(ours), peak(theirs)
        row(title, "page faults", our_faults, their_faults, 0)
        row(title, "peak memory, KiB", our_peak, their_peak, 0, MEMORY)
        print(flush=True)
    compare_others(max(runs // 3, 1))
    size = os.stat("ipvs-timeout").st_size / 1e6
    print(f"The program has {size:.1f} MB, at most {bars.at_most('size, MB', size, SIZE_MB, 1)}.\n", flush=True)
    bars.end()


main()

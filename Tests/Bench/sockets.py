# SPDX-License-Identifier: Apache-2.0
"""Times `./ipvs-timeout doctor --sockets`, `ss` and `cat /proc/net/tcp`.

The script fills its network namespace with sockets in TIME_WAIT: it opens connections to itself and closes them. The
runs alternate, so a change in the machine's speed affects all programs. Compare the medians and their ratio.

The kernel removes the sockets after 60 s. So all runs must end within 60 s.
"""
import os
import socket
import statistics
import subprocess
import sys
import time

PORTS = range(10000, 60000)


def setting(name, value):
    with open("/proc/sys/" + name.replace(".", "/"), "w", encoding="ascii") as file:
        file.write(str(value))


def in_time_wait():
    with open("/proc/net/sockstat", encoding="ascii") as file:
        words = file.read().split()
    return int(words[words.index("tw") + 1])


def fill(count):
    """Leave this number of sockets in TIME_WAIT, towards services at as few addresses as the ports allow."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    setting("net.ipv4.ip_local_port_range", f"{PORTS.start} {PORTS.stop - 1}")
    setting("net.ipv4.tcp_max_tw_buckets", 2 * count)
    setting("net.ipv4.tcp_tw_reuse", 0)
    with socket.create_server(("0.0.0.0", 80), backlog=64) as server:
        for number in range(count):
            address = f"127.0.0.{2 + number // (len(PORTS) // 2)}"
            with socket.create_connection((address, 80)):
                accepted, _ = server.accept()
            accepted.close()
    return in_time_wait()


def timed(command):
    """Run a command to its end; return its wall time in s."""
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
    return time.perf_counter() - start


def peak(command):
    """Return the peak resident memory in KiB."""
    subprocess.run(["/usr/bin/time", "-f", "%M", "-o", "peak", *command], stdout=subprocess.DEVNULL, check=False)
    with open("peak", encoding="ascii") as file:
        return int(file.read().split()[-1])


def main():
    count, rounds = int(sys.argv[1]), int(sys.argv[2])
    commands = {
        "ours": ["./ipvs-timeout", "doctor", "--sockets"],
        "ss": ["ss", "-Htan", "state", "time-wait"],
        "cat": ["cat", "/proc/net/tcp"],
    }
    small = peak(commands["ours"])
    found = fill(count)
    assert found > count * 0.9, found
    walls = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            walls[name].append(timed(command))
    peaks = {name: peak(command) for name, command in commands.items()}
    assert in_time_wait() > count * 0.9, "too many sockets have ended before the last run"
    wall = {name: statistics.median(values) for name, values in walls.items()}
    system = f"Linux {os.uname().release}"
    print(f"\n{system}, {found} sockets in TIME_WAIT, the median of {rounds} interleaved runs of each\n")
    print("| | `ipvs-timeout doctor --sockets` | `ss -Htan state time-wait` | `cat /proc/net/tcp` |")
    print("| --- | --- | --- | --- |")
    print(f"| wall time, s | {wall['ours']:.2f} | {wall['ss']:.2f} | {wall['cat']:.2f} |")
    print(f"| to `cat` | {wall['ours'] / wall['cat']:.2f} | {wall['ss'] / wall['cat']:.2f} | 1.00 |")
    print(f"| peak memory, KiB (with no socket) | {peaks['ours']} ({small}) | {peaks['ss']} | {peaks['cat']} |")


main()

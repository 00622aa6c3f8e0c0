# SPDX-License-Identifier: Apache-2.0
"""Times `./ipvs-timeout connections`, `cat` of the kernel's table, `./ipvsadm -Lnc`, and `./ipvs-timeout renew`.

To fill the table, the script sends invented connections to the director's own backup daemon, in the sync protocol. The
runs alternate, so a change in the machine's speed affects all programs. Compare the ratio to `cat`. It is the median of
pairs of consecutive runs; each of the two programs comes first equally often.
"""
import os
import socket
import statistics
import struct
import subprocess
import sys
import time

import bars

TABLE = "/proc/net/ip_vs_conn"
GROUP, PORT = "224.0.0.81", 8848
SYNC_ID = 1
IN_MESSAGE = 40
# TCP's ESTABLISHED, FIN_WAIT, TIME_WAIT, as the kernel numbers them.
STATES = [1, 4, 5]


def entry(number):
    """Return a connection in version 1 of the protocol: header, ports, mark, time left, client, service, real server."""
    state = STATES[number % len(STATES)]
    # 198.18.0.0/15 is reserved for benchmarks, 192.0.2.0/24 for documentation.
    client = 0xC6120000 + number // 50000
    return struct.pack(
        ">BBHIHHHHIIIII", 0, socket.IPPROTO_TCP, 36, 0, state, 10000 + number % 50000, 80, 8080, 0,
        900 - number % 300, client, 0xC0000264, 0xC6336402)


def message(entries):
    return struct.pack(">BBHBbH", 0, SYNC_ID, 8 + sum(map(len, entries)), len(entries), 1, 0) + b"".join(entries)


def fill(count):
    """Fill the table with this number of connections, and wait until the daemon has read them all."""
    # The daemon's socket must hold a whole burst.
    for setting in ("net.core.rmem_max", "net.ipv4.vs.sync_sock_size"):
        subprocess.run(["sysctl", "-qw", f"{setting}={64 << 20}"], check=True)
    subprocess.run(["ip", "link", "set", "lo", "up", "multicast", "on"], check=True)
    daemon = ["ipvsadm", "--start-daemon", "backup", "--mcast-interface", "lo", "--syncid", str(SYNC_ID)]
    subprocess.run(daemon, check=True)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
        for first in range(0, count, IN_MESSAGE):
            numbers = range(first, min(first + IN_MESSAGE, count))
            sender.sendto(message([entry(number) for number in numbers]), (GROUP, PORT))
            if first % 4000 == 0:
                time.sleep(0.005)
    time.sleep(1)
    # The daemon must not read while the runs are timed.
    subprocess.run(["ipvsadm", "--stop-daemon", "backup"], check=True)
    with open(TABLE, "rb") as table:
        return sum(1 for _ in table) - 1


def timed(command):
    """Run a command to its end; return its wall time in s."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def peak(command):
    """Return the peak resident memory in KiB."""
    subprocess.run(["/usr/bin/time", "-f", "%M", "-o", "peak", *command], check=True, stdout=subprocess.DEVNULL)
    with open("peak", encoding="ascii") as file:
        return int(file.read())


def renewals(rounds):
    """Time renewals in both directions, between readings of the table, and print them."""
    reading = ["./ipvs-timeout", "connections"]
    directions = [(["600", "100", "300"], []), (["900", "120", "300"], ["--shorter"])]
    walls = {"reading": [], "lowered": [], "raised": []}
    for _ in range(rounds):
        for name, (timeouts, options) in zip(("lowered", "raised"), directions):
            walls["reading"].append(timed(reading))
            subprocess.run(["./ipvsadm", "--set", *timeouts], check=True)
            walls[name].append(timed(["./ipvs-timeout", "renew", "--yes", *options]))
    medians = {name: statistics.median(times) for name, times in walls.items()}
    memory = peak(["./ipvs-timeout", "renew", "--yes"])
    empty = peak(["unshare", "-n", "sh", "-c", "ip link set lo up; exec ./ipvs-timeout renew --yes"])
    print(f"\nThe same table, the median of {rounds} runs; waiting for the old timers takes 900 s\n")
    print("| | reading it once | `renew` after a timeout was lowered | raised |\n| --- | --- | --- | --- |")
    print(f"| wall time, s | {medians['reading']:.2f} | {medians['lowered']:.2f} | {medians['raised']:.2f} |")
    ratios = [medians[name] / medians["reading"] for name in ("lowered", "raised")]
    print(f"| to reading it once | 1.00 | {ratios[0]:.2f} | {ratios[1]:.2f} |")
    print(f"| peak memory, KiB (with an empty table) | | {memory} ({empty}) | |")


def main():
    count, rounds = int(sys.argv[1]), int(sys.argv[2])
    ours, cat = ["./ipvs-timeout", "connections"], ["cat", TABLE]
    theirs = ["./ipvsadm", "-Lnc"]
    small = peak(ours)
    found = fill(count)
    assert found > count * 0.99, found
    walls = {name: [] for name in ("ours", "cat", "theirs")}
    for _ in range(rounds):
        walls["ours"].append(timed(ours))
        walls["cat"].append(timed(cat))
        walls["cat"].append(timed(cat))
        walls["ours"].append(timed(ours))
        walls["theirs"].append(timed(theirs))
    our, plain, their = (statistics.median(walls[name]) for name in ("ours", "cat", "theirs"))
    ratio = statistics.median(mine / yours for mine, yours in zip(walls["ours"], walls["cat"]))
    print(f"\nLinux {os.uname().release}, {found} connections, the median of {2 * rounds} pairs of runs,")
    print(f"of {rounds} runs of ipvsadm between them\n")
    print(f"| | `ipvs-timeout connections` | `cat {TABLE}` | `ipvsadm -Lnc` |\n| --- | --- | --- | --- |")
    print(f"| wall time, s | {our:.2f} | {plain:.2f} | {their:.2f} |")
    print(f"| to `cat` | {ratio:.2f} | 1.00 | {their / plain:.2f} |")
    memory = peak(ours)
    print(f"| peak memory, KiB (with an empty table) | {memory} ({small}) | {peak(cat)} | {peak(theirs)} |\n")
    bars.at_most("connections, to `cat`", ratio, 1.00)
    bars.at_least("connections, faster than ipvsadm", their / our, 4.0)
    bars.at_most("connections, peak memory in KiB", memory, 3500, 0)
    renewals(rounds)
    bars.end()


if __name__ == "__main__":
    main()

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# All counters of IPVS can be 0 in a network namespace that has connections, so they do not tell an unused one.
#
# Versions    Linux 6.1.176 (Debian's user-mode-linux 6.1um4+b13), ipvsadm 1:1.31-1+b1; the same was seen on 6.12.113 and
#             7.2.7.
# Behaviour   After `ipvsadm -Z`, /proc/net/ip_vs_stats says 0 connections and 0 packets, while the table still has the
#             entry. /proc/net/ip_vs_stats_percpu contradicts itself: its line for the processor keeps the old numbers,
#             and its line `~` for all processors says 0. Connections that a backup daemon received are counted nowhere:
#             with 100 of them in the table, every line of both files says 0.
# Guess       A namespace whose counters were never above 0 has never had a connection, and reading them is cheaper than
#             reading the table, which all namespaces share before Linux 7.2. And a sum is the sum of its lines. But -Z
#             does not clear anything: the kernel keeps the numbers of that moment, and subtracts them from the sum only.
#             And only the scheduler counts connections; the sync protocol makes entries without it.
# Seen        a connection: table 1, ip_vs_stats 1, processors 1, sum 1
#             after -Z: table 1, ip_vs_stats 0, processors 1, sum 0
#             from the sync daemon: table 100, ip_vs_stats 0, processors 0, sum 0
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib/guest
source "$(dirname "$0")/lib/guest"
work=$(mktemp -d)
trap 'end_guest; rm -rf "$work"' EXIT

# The connections in the table, and the number that each file has counted.
counted() {
    local table total processors sum
    table=$(($(wc -l < /proc/net/ip_vs_conn) - 1))
    total=$((16#$(sed -n 3p /proc/net/ip_vs_stats | awk '{print $1}')))
    processors=$((16#$(awk '$1 == 0 {print $2; exit}' /proc/net/ip_vs_stats_percpu)))
    sum=$((16#$(awk '$1 == "~" {print $2}' /proc/net/ip_vs_stats_percpu)))
    echo "table $table, ip_vs_stats $total, processors $processors, sum $sum"
}

# is WHAT WANTED: prints the numbers, and fails if they are not WANTED.
is() {
    local got
    got=$(counted)
    echo "$1: $got"
    [[ $got == "$2" ]] || die "$1: this was \"$2\": the behaviour has changed"
}

finding() {
    modprobe -a ip_vs ip_vs_rr
    ip address add 192.0.2.10/32 dev lo
    ip address add 192.0.2.20/32 dev lo
    ipvsadm -A -t 192.0.2.10:80 -s rr
    ipvsadm -a -t 192.0.2.10:80 -r 192.0.2.20:8080 -m
    python3 -c '
import socket
server = socket.create_server(("192.0.2.20", 8080))
client = socket.create_connection(("192.0.2.10", 80), 10)
server.accept()'
    # The kernel adds the processors up every 2 s.
    for _ in {1..100}; do
        [[ $(counted) != *'sum 0' ]] || sleep 0.1
    done
    is 'a connection' 'table 1, ip_vs_stats 1, processors 1, sum 1'
    ipvsadm -Z
    is 'after -Z' 'table 1, ip_vs_stats 0, processors 1, sum 0'

    ip netns add backup
    ip netns exec backup bash -euc "$(declare -f counted is die synced); synced"
}

# In its own network namespace, 100 connections arrive by the sync protocol, version 1.
synced() {
    ip link set lo up multicast on
    ipvsadm --start-daemon backup --mcast-interface lo --syncid 1
    python3 -c '
import socket, struct
def entry(number):  # header, ports, mark, time left, client, service, real server
    return struct.pack(">BBHIHHHHII4s4s4s", 0, 6, 36, 0, 1, 10000 + number, 80, 8080, 0, 900,
        *map(socket.inet_aton, ("198.51.100.1", "192.0.2.30", "192.0.2.40")))
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
for first in range(0, 100, 20):
    entries = b"".join(entry(number) for number in range(first, first + 20))
    sender.sendto(struct.pack(">BBHBbH", 0, 1, 8 + len(entries), 20, 1, 0) + entries, ("224.0.0.81", 8848))'
    for _ in {1..100}; do
        [[ $(wc -l < /proc/net/ip_vs_conn) -lt 101 ]] || break
        sleep 0.1
    done
    ipvsadm --stop-daemon backup
    is 'from the sync daemon' 'table 100, ip_vs_stats 0, processors 0, sum 0'
}

unpack user-mode-linux=6.1um4+b13 ipvsadm=1:1.31-1+b1 libnl-3-200=3.7.0-0.2+b1 libnl-genl-3-200=3.7.0-0.2+b1 \
    libpopt0=1.19+dfsg-1
boot finding

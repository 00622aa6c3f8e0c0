#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# After a sync message, ESTABLISHED connections in use count as inactive, and the scheduler overloads their real server.
#
# Versions    Linux 6.1.176 (Debian's user-mode-linux 6.1um4+b13), ipvsadm 1:1.31-1+b1.
# Behaviour   A director with the scheduler lc has three connections to a first real server, and one to a second one. A
#             backup daemon on the loopback interface gets a sync message about the first three: ESTABLISHED, with the
#             flag IP_VS_CONN_F_INACTIVE. Now ipvsadm shows no active connection of the first real server and three
#             inactive ones, although all three are ESTABLISHED in the table. Data passes in both directions and changes
#             nothing. The next connection goes to the first real server, which has three times as many as the second.
#             Only a message without the flag moves the counters again.
# Guess       ActiveConn looks like the number of connections that are in ESTABLISHED, so one would guess that the kernel
#             counts them by their state, or that the next packet corrects a wrong number. But the counters follow a flag
#             of each connection. The kernel sets the flag when the state changes, and a data packet does not change it.
#             A message has a state and a flag, and the daemon takes both without a comparison. It does so for the
#             connections that this director created itself, too. So who writes sync messages must send FIN_WAIT and UDP
#             with the flag, and ESTABLISHED without it.
# Seen        Four connections:                first active 3 inactive 0, second active 1 inactive 0, ESTABLISHED 4
#             A message with the flag:         first active 0 inactive 3, second active 1 inactive 0, ESTABLISHED 4
#             Data in both directions:         first active 0 inactive 3, second active 1 inactive 0, ESTABLISHED 4
#             A fifth connection:              first active 1 inactive 3, second active 1 inactive 0, ESTABLISHED 5
#             A message without the flag:      first active 4 inactive 0, second active 1 inactive 0, ESTABLISHED 5
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib/guest
source "$(dirname "$0")/lib/guest"
work=$(mktemp -d)
trap 'end_guest; rm -rf "$work"' EXIT

finding() {
    modprobe ip_vs
    ip addr add 192.0.2.1/32 dev lo
    ipvsadm -A -t 192.0.2.1:80 -s lc
    ipvsadm -a -t 192.0.2.1:80 -r 127.0.0.1:8001 -m
    ipvsadm --start-daemon backup --mcast-interface lo --syncid 7
    python3 -c '
import socket, struct, subprocess, sys, time
INACTIVE = 0x100

def connect(server):
    "Opens one more connection to the service; returns both of its ends."
    client = socket.socket()
    client.bind(("192.0.2.1", 40000 + len(ends)))
    client.settimeout(5)
    client.connect(("192.0.2.1", 80))
    server.settimeout(5)
    ends.append((client, server.accept()[0]))

def tell(flags):
    "Sends a sync message, version 1, with the first three connections (struct ip_vs_sync_v4): ESTABLISHED, 900 s."
    message = b""
    for port in range(40000, 40003):
        message += struct.pack("!BBHIHHHHII", 0, 6, 36, flags, 1, port, 80, 8001, 0, 900)
        message += b"".join(map(socket.inet_aton, ("192.0.2.1", "192.0.2.1", "127.0.0.1")))
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
    sender.sendto(struct.pack("!BBHBBH", 0, 7, 8 + len(message), 3, 1, 0) + message, ("224.0.0.81", 8848))
    time.sleep(0.2)

def expect(case, *wanted):
    lines = subprocess.run(["ipvsadm", "-Ln"], capture_output=True, text=True, check=True).stdout.splitlines()
    counters = {line.split()[1]: line.split()[4:6] for line in lines if "-> 127." in line}
    with open("/proc/net/ip_vs_conn") as file:
        established = sum(" ESTABLISHED " in line for line in file)
    seen = [int(number) for port in (8001, 8002) for number in counters["127.0.0.1:%d" % port]] + [established]
    print("%-32s first active %d inactive %d, second active %d inactive %d, ESTABLISHED %d" % (case + ":", *seen))
    if seen != list(wanted):
        sys.exit("expected %s: the behaviour has changed" % (wanted,))

ends = []
first, second = (socket.create_server(("127.0.0.1", port)) for port in (8001, 8002))
for _ in range(3):
    connect(first)
subprocess.run(["ipvsadm", "-a", "-t", "192.0.2.1:80", "-r", "127.0.0.1:8002", "-m"], check=True)
connect(second)
expect("Four connections", 3, 0, 1, 0, 4)
tell(INACTIVE)
expect("A message with the flag", 0, 3, 1, 0, 4)
for client, server in ends:
    client.send(b"x")
    server.send(b"y")
    assert server.recv(1) + client.recv(1) == b"xy"
expect("Data in both directions", 0, 3, 1, 0, 4)
connect(first)
expect("A fifth connection", 1, 3, 1, 0, 5)
tell(0)
expect("A message without the flag", 4, 0, 1, 0, 5)
'
}

unpack user-mode-linux=6.1um4+b13 ipvsadm=1:1.31-1+b1 libnl-3-200=3.7.0-0.2+b1 libnl-genl-3-200=3.7.0-0.2+b1 \
    libpopt0=1.19+dfsg-1
boot finding

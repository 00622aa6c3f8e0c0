#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A sync message about a connection that the director itself created sets its timer; 0 means today's timeout.
#
# Versions    Linux 6.1.176 (Debian's user-mode-linux 6.1um4+b13), ipvsadm 1:1.31-1+b1.
# Behaviour   A director creates a UDP entry with 300 s. After `ipvsadm --set 0 0 60` the idle entry still has its 300 s.
#             A backup daemon on the loopback interface gets a sync message about this entry. With the timeout 0 in the
#             message, the entry has 60 s. With 7200, it has two hours. It is still an entry of this director (LOCAL in
#             /proc/net/ip_vs_conn_sync), and the next packet of the client goes to the same real server.
# Guess       A backup daemon receives the connections of another director, so one would guess that it ignores a message
#             about an entry that this director has already, or that the message turns it into an entry of the other one.
#             But the daemon only looks for an entry with the same addresses and ports. It does not ask who created it.
#             And one would guess that a timer of 0 ends an entry. But version 0 of the protocol had no timeout, so
#             without one the daemon uses the timeout of the state. A packet of the client then sets the timer as ever.
# Seen        Created, udp 300 s:                  300 s left, LOCAL
#             ipvsadm --set 0 0 60:                299 s left, LOCAL
#             A sync message with timeout 0:       59 s left, LOCAL
#             A sync message with timeout 7200:    7199 s left, LOCAL
#             The next packet:                     60 s left, LOCAL
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib/guest
source "$(dirname "$0")/lib/guest"
work=$(mktemp -d)
trap 'end_guest; rm -rf "$work"' EXIT

finding() {
    modprobe ip_vs
    ip addr add 192.0.2.1/32 dev lo
    ipvsadm --set 0 0 300
    ipvsadm -A -u 192.0.2.1:53 -s rr
    ipvsadm -a -u 192.0.2.1:53 -r 127.0.0.1:5301 -m
    ipvsadm --start-daemon backup --mcast-interface lo --syncid 7
    python3 -c '
import socket, struct, subprocess, sys, time

def udp(address):
    result = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    result.bind(address)
    return result

def tell(timeout):
    "Sends a sync message, version 1, with one entry (struct ip_vs_sync_v4): UDP, flag inactive, state 0."
    entry = struct.pack("!BBHIHHHHII", 0, 17, 36, 0x100, 0, 40000, 53, 5301, 0, timeout)
    entry += b"".join(map(socket.inet_aton, ("192.0.2.1", "192.0.2.1", "127.0.0.1")))
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
    sender.sendto(struct.pack("!BBHBBH", 0, 7, 8 + len(entry), 1, 1, 0) + entry, ("224.0.0.81", 8848))
    time.sleep(0.2)

def expect(case, seconds):
    with open("/proc/net/ip_vs_conn_sync") as file:
        lines = [line.split() for line in file][1:]
    (line,) = lines
    print("%-36s %s s left, %s" % (case + ":", line[9], line[8]))
    if not seconds - 2 <= int(line[9]) <= seconds or line[8] != "LOCAL":
        sys.exit("expected %d s left and LOCAL: the behaviour has changed" % seconds)

server, client = udp(("127.0.0.1", 5301)), udp(("192.0.2.1", 40000))
server.settimeout(2)
client.sendto(b"x", ("192.0.2.1", 53))
server.recv(1)
expect("Created, udp 300 s", 300)
subprocess.run(["ipvsadm", "--set", "0", "0", "60"], check=True)
expect("ipvsadm --set 0 0 60", 300)
tell(0)
expect("A sync message with timeout 0", 60)
tell(7200)
expect("A sync message with timeout 7200", 7200)
client.sendto(b"y", ("192.0.2.1", 53))
if server.recv(1) != b"y":
    sys.exit("the packet did not reach the real server: the behaviour has changed")
expect("The next packet", 60)
'
}

unpack user-mode-linux=6.1um4+b13 ipvsadm=1:1.31-1+b1 libnl-3-200=3.7.0-0.2+b1 libnl-genl-3-200=3.7.0-0.2+b1 \
    libpopt0=1.19+dfsg-1
boot finding

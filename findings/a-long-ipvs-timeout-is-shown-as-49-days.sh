#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# IPVS shows a connection with 248 days left as one with 49 days, because it counts milliseconds in 32 bits.
#
# Versions    Linux 6.1.176 (Debian's user-mode-linux 6.1um4+b13, HZ=100), ipvsadm 1:1.31-1+b1.
# Behaviour   The kernel accepts a timeout of 21474836 s (248 days) for TCP and shows it with `ipvsadm -L --timeout`. A
#             connection that is opened then has 4294966 s left in /proc/net/ip_vs_conn (49 days), and 71582:46 in
#             `ipvsadm -Lnc`. With 4294966 s or less the numbers are right.
# Guess       One would guess that the number counts down from the timeout. The kernel prints the milliseconds that are
#             left, which do not fit into 32 bits, divided by 1000. So a monitor that compares the time left with the
#             timeout finds connections that seem to have been idle for 199 days.
# Seen        timeout 4294000 s: shown as 4294000 s left
#             timeout 21474836 s: Timeout (tcp tcpfin udp): 21474836 120 300, shown as 4294966 s left
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib/guest
source "$(dirname "$0")/lib/guest"
work=$(mktemp -d)
trap 'end_guest; rm -rf "$work"' EXIT

finding() {
    modprobe ip_vs
    ip addr add 192.0.2.1/32 dev lo
    ipvsadm -A -t 192.0.2.1:80 -s rr
    ipvsadm -a -t 192.0.2.1:80 -r 127.0.0.1:8080 -m
    python3 -c '
import socket, struct, subprocess, sys
control = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
listener = socket.create_server(("127.0.0.1", 8080))
clients = []

def left(timeout, port):
    "The time that a new connection has left, as the kernel shows it."
    # ipvsadm itself accepts 31 days only.
    control.setsockopt(socket.IPPROTO_IP, 1162, struct.pack("iii", timeout, 0, 0))
    client = socket.create_connection(("192.0.2.1", 80), 10, ("192.0.2.1", port))
    clients.append((client, listener.accept()[0]))
    clients[-1][1].send(b"x")
    client.recv(1)
    with open("/proc/net/ip_vs_conn") as file:
        rows = [line.split() for line in file][1:]
    return next(int(row[8]) for row in rows if int(row[2], 16) == port and row[7] == "ESTABLISHED")

short = left(4294000, 40001)
print("timeout 4294000 s: shown as %d s left" % short)
long = left(21474836, 40002)
said = subprocess.run(["ipvsadm", "-L", "--timeout"], capture_output=True, text=True).stdout.strip()
print("timeout 21474836 s: %s, shown as %d s left" % (said, long))
if not 4293990 <= short <= 4294000 or not 0 <= long <= 4294967 or "21474836" not in said:
    sys.exit("expected about 4294000 and at most 4294967: the behaviour has changed")
'
}

unpack user-mode-linux=6.1um4+b13 ipvsadm=1:1.31-1+b1 libnl-3-200=3.7.0-0.2+b1 libnl-genl-3-200=3.7.0-0.2+b1 \
    libpopt0=1.19+dfsg-1
boot finding

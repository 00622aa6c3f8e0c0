#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# IPVS forgets connections up to an eighth of the timeout late, in batches. Until then they show 00:00 and are alive.
#
# Versions    Linux 6.1.176 (Debian's user-mode-linux 6.1um4+b13, HZ=100), ipvsadm 1:1.31-1+b1.
# Behaviour   After `ipvsadm --set 0 0 41`, a client opens ten UDP connections within 4.5 s, with one packet each. Then
#             they are idle. They do not end one by one, each 41 s after it was opened. They end in one or two batches,
#             up to 5.1 s late; a batch ends within a tenth of a second. While they are late, ipvsadm shows 00:00 for
#             them, and /proc/net/ip_vs_conn shows 0. They are alive: a packet for such a connection goes to the same
#             real server as before, and the connection has its full 41 s again.
# Guess       One would guess that entries age one by one, to the second, and that an entry with 00:00 is leaked or about
#             to be freed. But IPVS has a kernel timer for each connection, and the kernel rounds timers up to a grid.
#             The longer the timer, the coarser the grid, up to an eighth of the timer. Here, at HZ=100, the grid is
#             5.12 s from 41 s on. Computed for the default of 900 s: 41 s at HZ=100, 16 s at 250, 33 s at 1000. The
#             displayed seconds count down to the requested time, not to the time at which the timer fires. So a client
#             that returns after the timeout may find its old real server, and a table empties in steps.
# Seen        10 connections opened in 4.5 s, udp 41 s
#             40002, opened 43.0 s ago, got a packet and has 41 s left
#             40000: gone 41.7 s after it was opened, 0.7 s late, at 41.7 s
#             40001: gone 41.2 s after it was opened, 0.2 s late, at 41.7 s
#             40003: gone 45.3 s after it was opened, 4.3 s late, at 46.8 s
#             40004 to 40009: gone from 44.8 to 42.3 s after they were opened, all at 46.8 s
#             batches: 2
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib/guest
source "$(dirname "$0")/lib/guest"
work=$(mktemp -d)
trap 'end_guest; rm -rf "$work"' EXIT

finding() {
    modprobe ip_vs
    ip addr add 192.0.2.1/32 dev lo
    ipvsadm --set 0 0 41
    ipvsadm -A -u 192.0.2.1:53 -s rr
    # With two real servers, new connections go to each in turn.
    ipvsadm -a -u 192.0.2.1:53 -r 127.0.0.1:5301 -m
    ipvsadm -a -u 192.0.2.1:53 -r 127.0.0.1:5302 -m
    python3 -c '
import socket, subprocess, sys, time
TIMEOUT, NUMBER, GRID = 41, 10, 5.12

def udp(address):
    result = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    result.bind(address)
    return result

def table():
    "Seconds left and real server of each client port."
    with open("/proc/net/ip_vs_conn") as file:
        lines = [line.split() for line in file][1:]
    return {int(line[2], 16): (int(line[8]), int(line[6], 16)) for line in lines}

def has_received(server, wanted):
    server.settimeout(2)
    while (packet := server.recv(100)) != wanted:
        pass
    return packet

servers = {port: udp(("127.0.0.1", port)) for port in (5301, 5302)}
clients, opened, zero, gone = {}, {}, {}, {}
for port in range(40000, 40000 + NUMBER):
    clients[port] = udp(("192.0.2.1", port))
    clients[port].sendto(b"x", ("192.0.2.1", 53))
    opened[port] = time.monotonic()
    time.sleep(0.5)
start = opened[40000]
print("%d connections opened in %.1f s, udp %d s" % (NUMBER, max(opened.values()) - start, TIMEOUT))
server = {port: row[1] for port, row in table().items()}
assert len(server) == NUMBER

revived = None
time.sleep(max(0, start + TIMEOUT - 2 - time.monotonic()))
while len(gone) < NUMBER - (revived is not None):
    rows, now = table(), time.monotonic()
    if now - start > 60:
        sys.exit("after 60 s some connections still exist: the behaviour has changed")
    for port in opened:
        if port not in rows:
            gone.setdefault(port, now)
        elif rows[port][0] == 0:
            zero.setdefault(port, now)
            # Its time has been over for at least two seconds, and the connection still exists.
            if revived is None and now - opened[port] > TIMEOUT + 2:
                print(subprocess.run(["ipvsadm", "-Lnc"], capture_output=True, text=True).stdout, end="")
                clients[port].sendto(b"again", ("192.0.2.1", 53))
                left, same = table()[port]
                revived = port
                print("%d, opened %.1f s ago, got a packet and has %d s left" % (port, now - opened[port], left))
                if left < TIMEOUT - 1 or same != server[port] or not has_received(servers[same], b"again"):
                    sys.exit("the packet did not revive the connection: the behaviour has changed")
    time.sleep(0.05)
late = {port: gone[port] - opened[port] - TIMEOUT for port in gone if port != revived}
for port in late:
    print("%d: gone %.1f s after it was opened, %.1f s late, at %.1f s" % (
        port, gone[port] - opened[port], late[port], gone[port] - start))
batches = sorted({round(gone[port] - start, 1) for port in late})
batches = [moment for moment in batches if not any(0 < moment - other <= 0.3 for other in batches)]
print("batches: %d" % len(batches))
if min(late.values()) < -0.2 or not 2 < max(late.values()) < GRID + 2:
    sys.exit("expected from 0 to %.1f s late: the behaviour has changed" % GRID)
if len(batches) > 2:
    sys.exit("expected one or two batches: the behaviour has changed")
if revived is None:
    sys.exit("no connection could be revived: the behaviour has changed")
'
}

unpack user-mode-linux=6.1um4+b13 ipvsadm=1:1.31-1+b1 libnl-3-200=3.7.0-0.2+b1 libnl-genl-3-200=3.7.0-0.2+b1 \
    libpopt0=1.19+dfsg-1
boot finding

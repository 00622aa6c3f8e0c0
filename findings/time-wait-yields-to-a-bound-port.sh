#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The kernel refuses a port in TIME_WAIT to a client, but gives the port to the client that binds it by number.
#
# Versions    Linux 6.1.176 (Debian's user-mode-linux 6.1um4+b13), Python 3.11 as the program.
# Behaviour   net.ipv4.tcp_tw_reuse is 0. A client closes its connection first, so its port is in TIME_WAIT towards the
#             server. The range of local ports has only this port. A plain connect() to the same server fails with
#             EADDRNOTAVAIL. Another socket sets SO_REUSEADDR, binds the same port and connects to the same server. It
#             is connected at once, with the same addresses and ports. The kernel's counter TWRecycled increases, while
#             tcp_tw_reuse is still 0. This can be repeated without a pause. With net.ipv4.tcp_timestamps=0 both ways
#             fail with EADDRNOTAVAIL.
# Guess       One would guess that with tcp_tw_reuse=0 nothing reuses the port for 60 s, and that SO_REUSEADDR affects
#             only bind(), so that a connect() to the same address and port still fails. Both are true only without
#             timestamps, or if the kernel chooses the port. The kernel checks the setting when it searches for a port.
#             A bound port is looked up directly, and there timestamps alone are enough. So with timestamps TIME_WAIT
#             does not hinder a program that binds its source ports, as proxies do, and tcp_tw_reuse does not affect it.
# Seen        timestamps=1, the kernel chooses the port:   EADDRNOTAVAIL, TWRecycled 0
#             timestamps=1, the program binds that port:   connected, TWRecycled 1
#             timestamps=1, and once more, at once:        connected, TWRecycled 2
#             timestamps=0, the kernel chooses the port:   EADDRNOTAVAIL, TWRecycled 2
#             timestamps=0, the program binds that port:   EADDRNOTAVAIL, TWRecycled 2
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib/guest
source "$(dirname "$0")/lib/guest"
work=$(mktemp -d)
trap 'end_guest; rm -rf "$work"' EXIT

finding() {
    sysctl -q net.ipv4.tcp_tw_reuse=0
    python3 -c '
import errno, socket, sys, time

def setting(name, value):
    with open("/proc/sys/net/ipv4/" + name, "w") as file:
        file.write(value)

def recycled():
    lines = [line.split() for line in open("/proc/net/netstat") if line.startswith("TcpExt:")]
    return dict(zip(*lines))["TWRecycled"]

def in_time_wait(port):
    wanted = ["0100007F:%04X" % port, "0100007F:0050", "06"]
    return wanted in [line.split()[1:4] for line in open("/proc/net/tcp")]

def connect(port, is_bound):
    "Connects from this port; the client closes first, so that it is in TIME_WAIT afterwards."
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            if is_bound:
                client.bind(("127.0.0.1", port))
            client.connect(("127.0.0.1", 80))
        except OSError as error:
            return errno.errorcode[error.errno]
        accepted = listener.accept()[0]
        assert accepted.getpeername()[1] == port
        client.shutdown(socket.SHUT_WR)
        assert accepted.recv(1) == b""
        accepted.close()
        client.recv(1)
    return "connected"

def expect(case, wanted, port, is_bound):
    for _ in range(100):
        if in_time_wait(port):
            break
        time.sleep(0.01)
    else:
        sys.exit("the port is not in TIME_WAIT")
    got = connect(port, is_bound)
    case = "timestamps=%s, %s:" % (timestamps, case)
    print("%-44s %s, TWRecycled %s" % (case, got, recycled()), flush=True)
    if got != wanted:
        sys.exit("expected %s: the behaviour has changed" % wanted)

listener = socket.create_server(("127.0.0.1", 80))
for timestamps, port, wanted in ("1", 40001, "connected"), ("0", 40002, "EADDRNOTAVAIL"):
    setting("tcp_timestamps", timestamps)
    setting("ip_local_port_range", "%d %d" % (port, port))
    assert connect(port, False) == "connected"
    expect("the kernel chooses the port", "EADDRNOTAVAIL", port, False)
    expect("the program binds that port", wanted, port, True)
    if wanted == "connected":
        expect("and once more, at once", wanted, port, True)
assert open("/proc/sys/net/ipv4/tcp_tw_reuse").read() == "0\n"'
}

unpack user-mode-linux=6.1um4+b13
boot finding

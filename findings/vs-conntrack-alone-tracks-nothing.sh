#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# net.ipv4.vs.conntrack=1 tracks no connection to port 80 until a NAT service on port 21 is added.
#
# Versions    Linux 6.1.176 (Debian's user-mode-linux 6.1um4+b13), ipvsadm 1:1.31-1+b1.
# Behaviour   A director has nf_conntrack loaded (ip_vs depends on it), net.ipv4.vs.conntrack=1, and a NAT service on
#             port 80. Connections work and are in the table of IPVS, but /proc/net/nf_conntrack stays empty. Then an
#             administrator adds a NAT service on port 21, at another address. No client ever connects to it. From then
#             on new connections to port 80 are tracked. Older ones are not, although they are still in use. When the
#             service on port 21 is deleted, new connections to port 80 are untracked again.
# Guess       The kernel's documentation says that the switch keeps conntrack's entries for the connections of IPVS. But
#             the switch only decides what IPVS does with an entry that conntrack has made before. Conntrack sees
#             packets only if something in the network namespace has registered its hooks. A firewall rule about states
#             does that, and so does a NAT service of IPVS on the port of FTP. So a test on a director with a firewall
#             says nothing about a director without one, and deleting an FTP service ends the tracking of all others.
# Seen        Port 80 only, switch on:          IPVS 1, conntrack 0
#             And a service on port 21:         IPVS 2, conntrack 1
#             Port 21 deleted again:            IPVS 3, conntrack 1
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib/guest
source "$(dirname "$0")/lib/guest"
work=$(mktemp -d)
trap 'end_guest; rm -rf "$work"' EXIT

director() { ip netns exec director "$@"; }

# Makes a client, a director and a real server, each with its own network.
make_networks() {
    local name
    for name in client director server; do ip netns add "$name"; done
    ip link add outside netns director type veth peer name eth0 netns client
    ip link add inside netns director type veth peer name eth0 netns server
    ip -n client addr add 192.0.2.2/24 dev eth0
    ip -n director addr add 192.0.2.1/24 dev outside
    ip -n director addr add 198.51.100.1/24 dev inside
    ip -n server addr add 198.51.100.2/24 dev eth0
    for name in 'client eth0' 'director outside' 'director inside' 'server eth0'; do
        ip -n "${name% *}" link set "${name#* }" up
    done
    ip -n server route add default via 198.51.100.1
    director sysctl -q net.ipv4.ip_forward=1
}

# Opens one more connection of the client through the director, checks that data arrives, and keeps it open.
connect() {
    rm -f /run/connected
    ip netns exec client python3 -c '
import socket, time
connection = socket.create_connection(("192.0.2.1", 80), 10)
assert connection.recv(2) == b"hi"
open("/run/connected", "x")
time.sleep(1000)' &
    for _ in {1..100}; do [[ ! -e /run/connected ]] || return 0; sleep 0.1; done
    die 'the connection through the director does not work'
}

# expect CASE IPVS CONNTRACK: checks how many connections to port 80 the two tables have.
expect() {
    local ipvs conntrack
    ipvs=$(director ipvsadm -Lnc | grep -c ' ESTABLISHED .*:80 ' || true)
    conntrack=$(director grep -c 'ESTABLISHED .* dport=80 ' /proc/net/nf_conntrack || true)
    printf '%-33s IPVS %s, conntrack %s\n' "$1:" "$ipvs" "$conntrack"
    [[ "$ipvs $conntrack" == "$2 $3" ]] || die "expected IPVS $2, conntrack $3: the behaviour has changed"
}

finding() {
    modprobe ip_vs
    grep -q '^nf_conntrack ' /proc/modules || die 'ip_vs no longer needs nf_conntrack: the behaviour has changed'
    make_networks
    ip netns exec server python3 -c '
import socket
listener = socket.create_server(("", 80))
connections = []
while True:
    connections.append(listener.accept()[0])
    connections[-1].send(b"hi")' &
    director sysctl net.ipv4.vs.conntrack=1
    director ipvsadm -A -t 192.0.2.1:80 -s rr
    director ipvsadm -a -t 192.0.2.1:80 -r 198.51.100.2:80 -m
    for _ in {1..100}; do
        ! ip netns exec server grep -q ':0050 00000000:0000 0A' /proc/net/tcp || break
        sleep 0.1
    done

    connect
    expect 'Port 80 only, switch on' 1 0

    director ipvsadm -A -t 203.0.113.1:21 -s rr
    director ipvsadm -a -t 203.0.113.1:21 -r 198.51.100.9:21 -m
    connect
    expect 'And a service on port 21' 2 1

    director ipvsadm -D -t 203.0.113.1:21
    connect
    expect 'Port 21 deleted again' 3 1
}

unpack user-mode-linux=6.1um4+b13 ipvsadm=1:1.31-1+b1 libnl-3-200=3.7.0-0.2+b1 libnl-genl-3-200=3.7.0-0.2+b1 \
    libpopt0=1.19+dfsg-1
boot finding

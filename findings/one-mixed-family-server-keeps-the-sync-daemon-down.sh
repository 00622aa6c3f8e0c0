#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# One IPv6 service with an IPv4 real server keeps every sync daemon of the network namespace from starting.
#
# Versions    Linux 6.1.176 (Debian's user-mode-linux 6.1um4+b13), ipvsadm 1:1.31-1+b1.
# Behaviour   A director has an IPv4 service, and `ipvsadm --start-daemon` works. An administrator adds an IPv6 service
#             with an IPv4 real server by tunnel, which the kernel accepts. From then on neither the master daemon nor the
#             backup daemon can be started. ipvsadm ends with 255, "Invalid operation. Possibly wrong module version,
#             address not unicast, ...". A daemon that runs already keeps the kernel from accepting such a real server,
#             with a message of the same kind. When the real server is removed, the daemon starts.
# Guess       One would guess that connections of such a service are not synchronised, and the others are, because the
#             message of the sync protocol has no room for two families. Or that something is wrong with the interface,
#             as the error says. So after a reboot, a pair of directors has no standby connections at all, and the error
#             is about modules and addresses.
# Seen        IPv4 service only:             master daemon: status 0
#             And an IPv6 service by IPv4:   master daemon: status 255, backup daemon: status 255
#             That real server removed:      master daemon: status 0
#             With a daemon that runs:       such a real server: status 255
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib/guest
source "$(dirname "$0")/lib/guest"
work=$(mktemp -d)
trap 'end_guest; rm -rf "$work"' EXIT

# gives STATUS COMMAND...
gives() {
    local wanted=$1 status=0
    shift
    "$@" > /run/out/said 2>&1 || status=$?
    printf '%s: status %s %s\n' "$*" "$status" "$(head -n 1 /run/out/said)"
    [[ $status == "$wanted" ]] || die "expected status $wanted: the behaviour has changed"
}

finding() {
    modprobe ip_vs
    ip link add link0 type dummy
    ip link set link0 up
    ip addr add 192.0.2.1/24 dev link0
    ip -6 addr add 2001:db8::1/64 dev link0 nodad
    local server=(-t '[2001:db8::1]:80' -r 192.0.2.9:80)
    ipvsadm -A -t 192.0.2.1:80
    gives 0 ipvsadm --start-daemon master --mcast-interface link0
    gives 0 ipvsadm --stop-daemon master
    ipvsadm -A -t '[2001:db8::1]:80'
    gives 0 ipvsadm -a "${server[@]}" -i
    gives 255 ipvsadm --start-daemon master --mcast-interface link0
    gives 255 ipvsadm --start-daemon backup --mcast-interface link0
    ipvsadm -d "${server[@]}"
    gives 0 ipvsadm --start-daemon master --mcast-interface link0
    gives 255 ipvsadm -a "${server[@]}" -i
}

unpack user-mode-linux=6.1um4+b13 ipvsadm=1:1.31-1+b1 libnl-3-200=3.7.0-0.2+b1 libnl-genl-3-200=3.7.0-0.2+b1 \
    libpopt0=1.19+dfsg-1
boot finding

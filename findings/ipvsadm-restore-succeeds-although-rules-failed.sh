#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# ipvsadm -R ends with 0 when the kernel has refused a rule, and drops the rest of the file, with 255, at a comment.
#
# Versions    Linux 6.1.176 (Debian's user-mode-linux 6.1um4+b13), ipvsadm 1:1.31-1+b1.
# Behaviour   A file of rules has a real server for a service that does not exist, and a good service after it. The kernel
#             refuses the first rule, ipvsadm prints "Service not defined", and adds the service. The exit status is 0. Another
#             file has a comment between two good services. ipvsadm adds the first one, prints a hint about its usage,
#             and ends with 255 without the second one. An empty line is accepted.
# Guess       One would guess that the status says whether all rules are in effect, as iptables-restore does, and that a
#             comment is harmless and an error of the kernel is not. It is the other way around: the status is about the
#             language of the file only. Boot scripts that check the status, such as Debian's, start a director without
#             its real servers and report success.
# Seen        A rule that the kernel refuses:   status 0, "Service not defined", services 1
#             A comment between two rules:      status 255, "Try `ipvsadm -h' or ...", services 1
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib/guest
source "$(dirname "$0")/lib/guest"
work=$(mktemp -d)
trap 'end_guest; rm -rf "$work"' EXIT

# restore CASE STATUS RULE...: the status of ipvsadm -R, and that exactly one service is there afterwards
restore() {
    local name=$1 wanted=$2 status=0 services
    shift 2
    printf '%s\n' "$@" | ipvsadm -R > /run/out/said 2>&1 || status=$?
    services=$(ipvsadm -Sn | grep -c '^-A' || true)
    printf '%-33s status %s, "%s", services %s\n' "$name:" "$status" "$(head -n 1 /run/out/said)" "$services"
    [[ "$status $services" == "$wanted 1" ]] || die "expected status $wanted and one service: the behaviour has changed"
    ipvsadm -C
}

finding() {
    modprobe ip_vs
    restore 'A rule that the kernel refuses' 0 \
        '-a -t 192.0.2.1:80 -r 198.51.100.2:80 -m' '-A -t 192.0.2.2:80 -s rr'
    grep -q 'Service not defined' /run/out/said || die 'ipvsadm does not report the failure: the behaviour has changed'
    restore 'A comment between two rules' 255 '-A -t 192.0.2.1:80 -s rr' '# the second one' '-A -t 192.0.2.2:80 -s rr'
}

unpack user-mode-linux=6.1um4+b13 ipvsadm=1:1.31-1+b1 libnl-3-200=3.7.0-0.2+b1 libnl-genl-3-200=3.7.0-0.2+b1 \
    libpopt0=1.19+dfsg-1
boot finding

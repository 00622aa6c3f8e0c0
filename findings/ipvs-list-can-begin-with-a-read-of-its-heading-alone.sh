#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The first read of /proc/net/ip_vs can return the heading alone, although there is a virtual service.
#
# Versions    Linux 6.1.176 (Debian's user-mode-linux 6.1um4+b13), ipvsadm 1:1.31-1+b1; the same was seen on 6.12.113 and
#             7.2.7 (whose heading is one byte shorter).
# Behaviour   The kernel writes a virtual service and all of its real servers as one record, and a list in /proc begins with
#             a buffer of one page. If the record does not fit beside the heading, the first read returns the heading, 143
#             bytes, whatever the size of the caller's buffer. The second read returns the whole record, however long.
# Guess       A read of 4096 bytes or more that returns 143 bytes has reached the end, because the kernel fills the buffer or
#             a page. So a program that only asks whether there is a service needs one read. That is right for up to about
#             60 real servers in the first service.
# Seen        10 real servers: reads of 777 and 0 bytes
#             100 real servers: reads of 143, 6124 and 0 bytes
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib/guest
source "$(dirname "$0")/lib/guest"
work=$(mktemp -d)
trap 'end_guest; rm -rf "$work"' EXIT

# is SERVERS WANTED: makes a service with so many real servers, prints the length of each read, and fails if it is not
# WANTED.
is() {
    local got
    ipvsadm -C
    {
        echo '-A -u 192.0.2.10:53 -s rr'
        seq -f '-a -u 192.0.2.10:53 -r 192.0.2.10:%g -m' 6001 "$((6000 + $1))"
    } | ipvsadm -R
    got=$(python3 -c '
import os
file = os.open("/proc/net/ip_vs", os.O_RDONLY)
counts = []
while not counts or counts[-1]:
    counts.append(len(os.read(file, 65536)))
print("reads of", ", ".join(map(str, counts[:-1])), "and 0 bytes")')
    echo "$1 real servers: $got"
    [[ $got == "$2" ]] || die "$1 real servers: this was \"$2\": the behaviour has changed"
}

finding() {
    modprobe -a ip_vs ip_vs_rr
    ip address add 192.0.2.10/32 dev lo
    is 10 'reads of 777 and 0 bytes'
    is 100 'reads of 143, 6124 and 0 bytes'
}

unpack user-mode-linux=6.1um4+b13 ipvsadm=1:1.31-1+b1 libnl-3-200=3.7.0-0.2+b1 libnl-genl-3-200=3.7.0-0.2+b1 \
    libpopt0=1.19+dfsg-1
boot finding

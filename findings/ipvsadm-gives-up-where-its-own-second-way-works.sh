#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# In a user namespace with its own network, the kernel lets root use IPVS by socket options, and ipvsadm says it may not.
#
# Versions    Linux 6.1.176 (Debian's user-mode-linux 6.1um4+b13), ipvsadm 1:1.31-1+b1.
# Behaviour   An unprivileged user makes a user namespace and a network namespace (`unshare -Urn`), as rootless containers
#             do. In it, `ipvsadm -L --timeout` ends with 2, "Permission denied (you must be root)", although the caller
#             is root there. The old socket options, which ipvsadm has, too, work: getsockopt reads the timeouts 900 120
#             300, setsockopt sets 60 30 61, and another service can be added.
# Guess       Either all or nothing: IPVS is not for user namespaces, or its namespaces have their own IPVS. The kernel
#             checks the two interfaces differently. Generic netlink asks for CAP_NET_ADMIN in the first user namespace
#             (GENL_ADMIN_PERM), the socket options in the one that owns the network namespace. ipvsadm uses netlink if
#             the family exists, and the socket options only if it does not. So the same program works in a rootless
#             container on a kernel without the netlink family, and fails on a newer one.
# Seen        ipvsadm: Can't initialize ipvs: Permission denied (you must be root)  (status 2)
#             getsockopt: (900, 120, 300)
#             setsockopt, then getsockopt: (60, 30, 61)
#             the host's timeouts: Timeout (tcp tcpfin udp): 900 120 300
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib/guest
source "$(dirname "$0")/lib/guest"
work=$(mktemp -d)
trap 'end_guest; rm -rf "$work"' EXIT

finding() {
    modprobe ip_vs
    [[ ! -e /proc/sys/kernel/unprivileged_userns_clone ]] || echo 1 > /proc/sys/kernel/unprivileged_userns_clone
    cat > /run/out/inside << 'END'
status=0
said=$(ipvsadm -L --timeout 2>&1) || status=$?
printf 'ipvsadm: %s  (status %s)\n' "$(head -n 1 <<< "$said")" "$status"
[[ $status == 2 && $said == *'Permission denied (you must be root)'* ]] || exit 1
python3 -c '
import socket, struct
connection = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
def timeouts():
    return struct.unpack("iii", connection.getsockopt(socket.IPPROTO_IP, 1158, 12))
print("getsockopt:", timeouts())
assert timeouts() == (900, 120, 300)
connection.setsockopt(socket.IPPROTO_IP, 1162, struct.pack("iii", 60, 30, 61))
print("setsockopt, then getsockopt:", timeouts())
assert timeouts() == (60, 30, 61)'
END
    setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all --bounding-set=-all \
        unshare -Urn bash /run/out/inside || die 'the two ways do not differ as before: the behaviour has changed'
    printf "the host's timeouts: "
    ipvsadm -L --timeout
    [[ $(ipvsadm -L --timeout) == 'Timeout (tcp tcpfin udp): 900 120 300' ]] || die "the host's timeouts have changed"
}

unpack user-mode-linux=6.1um4+b13 ipvsadm=1:1.31-1+b1 libnl-3-200=3.7.0-0.2+b1 libnl-genl-3-200=3.7.0-0.2+b1 \
    libpopt0=1.19+dfsg-1
boot finding

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A user without any rights loads ip_vs and nf_conntrack by asking for a list that is then refused.
#
# Versions    Linux 6.1.176 (Debian's user-mode-linux 6.1um4+b13), ipvsadm 1:1.31-1+b1.
# Behaviour   ip_vs is installed and not loaded. The user nobody, without capabilities, runs `ipvsadm -Ln`. It ends with
#             status 2, "Permission denied (you must be root)". Afterwards ip_vs is loaded, and with it nf_conntrack,
#             nf_defrag_ipv4 and others. They stay.
# Guess       One would guess that only root loads modules, or that a refused command changes nothing. But the kernel loads
#             the module while it looks up the generic netlink family "IPVS" by its name, for any caller, before it
#             checks the permission of the command. For families like this one, the kernel's request for the module needs
#             no CAP_SYS_MODULE. So a monitoring user, or a program that a user tries, changes the modules of the host,
#             and from then on the host has another set of network hooks to be attacked.
# Seen        Before: no ip_vs
#             nobody: Can't initialize ipvs: Permission denied (you must be root)  (status 2)
#             After:  ip_vs, libcrc32c, nf_conntrack, nf_defrag_ipv4, nf_defrag_ipv6
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib/guest
source "$(dirname "$0")/lib/guest"
work=$(mktemp -d)
trap 'end_guest; rm -rf "$work"' EXIT

modules() { awk '{ print $1 }' /proc/modules | sort | grep -E '^(ip_vs|nf_|libcrc)' | paste -sd, | sed 's/,/, /g'; }

finding() {
    local status=0 said
    ! grep -q '^ip_vs ' /proc/modules || die 'ip_vs is loaded at boot'
    echo 'Before: no ip_vs'
    said=$(setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all --bounding-set=-all ipvsadm -Ln 2>&1) || status=$?
    printf 'nobody: %s  (status %s)\n' "$(head -n 1 <<< "$said")" "$status"
    [[ $status == 2 && $said == *'Permission denied (you must be root)'* ]] ||
        die 'the list is not refused as before: the behaviour has changed'
    printf 'After:  %s\n' "$(modules)"
    grep -q '^ip_vs ' /proc/modules || die 'ip_vs is not loaded: the behaviour has changed'
}

unpack user-mode-linux=6.1um4+b13 ipvsadm=1:1.31-1+b1 libnl-3-200=3.7.0-0.2+b1 libnl-genl-3-200=3.7.0-0.2+b1 \
    libpopt0=1.19+dfsg-1
boot finding

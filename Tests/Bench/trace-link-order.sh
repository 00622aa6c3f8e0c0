#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# trace-link-order.sh PROGRAM MAP SYMBOLS SECTIONS: traces what the command lines of machines use: functions, constants and
# variables. Their symbols are written to SYMBOLS, one on each line, and a linker script for what has no symbol to SECTIONS.
# PROGRAM must have its symbols, and MAP is the linker's map of it.
#
# The release program is linked in this order, so what these command lines use is together on few pages. The order in
# which PROGRAM itself was linked does not matter. The linker ignores names that a later toolchain does not have.
set -euo pipefail

program=$1
map=$2
symbols=$3
sections=$4
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
scratch=$(mktemp -d "${TMPDIR:-/tmp}/link-order.XXXXXXXX")
trap 'rm -rf "$scratch"' EXIT

# valgrind cannot read the debug information of this program.
objcopy --strip-debug "$program" "$scratch/ipvs-timeout"

# Each trace has a group and a number: a for what machines call most, then a named namespace, many of them, connections,
# and doctor. It has the addresses that are executed, read or written, in the order of their first use. They are counted in
# the guest, because a whole trace is very long.
# shellcheck disable=SC2016 # expanded in the guest
"$here/../Lab/lab" -m 1G -t 1800 -w "$scratch" bash -euc '
  cd "$1"
  trace() {
    valgrind --tool=lackey --trace-mem=yes --log-fd=9 ./ipvs-timeout "${@:2}" 9>&1 > /dev/null 2>&1 |
      awk "\$1 ~ /^[ILSM]\$/ { address = substr(\$2, 1, index(\$2, \",\") - 1); if (!seen[address]++) print address }" \
        > "trace.$1"
  }
  ip netns add blue
  printf "host 60 30 60\nblue 60 30 60\n" > policy
  trace a01
  trace a02 set 60 30 60
  trace a03 set 60 30 60
  trace a04 --set 61 30 60
  trace a05 -L --timeout
  trace a06 verify 61 30 60
  trace a07 verify --udp 60 --quiet
  trace a08 set --udp 60
  trace a09 show --format json
  trace a10 show --format prometheus
  trace a11 show --format rules
  trace a12 --version
  trace b13 show --netns blue
  trace c14 apply policy
  trace c15 verify --policy policy
  trace c16 show --all-netns
  trace d17 connections
  trace e18 doctor
  # A director in use, with a connection of each protocol.
  ip link set lo up
  ip address add 192.0.2.100/32 dev lo
  for service in "-t 192.0.2.100:80" "-u 192.0.2.100:53"; do
    echo "-A $service -s rr"
    echo "-a $service -r 192.0.2.100:5353 -m"
  done | ipvsadm -R
  echo > /dev/udp/192.0.2.100/53
  (echo > /dev/tcp/192.0.2.100/80) 2> /dev/null || true
  trace d19 connections
  trace d20 connections --format prometheus
  trace e21 doctor
  trace d22 show --in-use
' trace "$scratch"

"$here/link-order.py" "$map" "$scratch/symbols" "$scratch/sections" "$scratch"/trace.???
[[ $(wc -l < "$scratch/symbols") -gt 100 && $(wc -l < "$scratch/sections") -gt 20 ]] ||
  { echo 'trace-link-order.sh: the trace has too few symbols or sections' >&2; exit 1; }
cp "$scratch/symbols" "$symbols"
cp "$scratch/sections" "$sections"

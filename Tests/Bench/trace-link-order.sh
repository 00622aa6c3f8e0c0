#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# trace-link-order.sh PROGRAM MAP FILE: writes the symbols that the command lines of machines use to FILE, one on each
# line: functions, constants and variables. PROGRAM must have its symbols, and MAP is the linker's map of it.
#
# The release program is linked in this order, so what these command lines use is together on few pages. The order in
# which PROGRAM itself was linked does not matter. The linker ignores names that a later toolchain does not have.
set -euo pipefail

program=$1
map=$2
output=$3
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
scratch=$(mktemp -d "${TMPDIR:-/tmp}/link-order.XXXXXXXX")
trap 'rm -rf "$scratch"' EXIT

# valgrind cannot read the debug information of this program.
objcopy --strip-debug "$program" "$scratch/ipvs-timeout"

# Each trace has the 16-byte blocks that are executed, read or written, in the order of their first use. They are counted
# in the guest, because a whole trace is very long.
# shellcheck disable=SC2016 # expanded in the guest
"$here/../Lab/lab" -m 1G -t 1800 -w "$scratch" bash -euc '
  cd "$1"
  trace() {
    valgrind --tool=lackey --trace-mem=yes --log-fd=9 ./ipvs-timeout "${@:2}" 9>&1 > /dev/null 2>&1 |
      awk "\$1 ~ /^[ILSM]\$/ { block = substr(\$2, 1, index(\$2, \",\") - 2); if (!seen[block]++) print block }" \
        > "trace.$1"
  }
  ip netns add blue
  printf "host 60 30 60\nblue 60 30 60\n" > policy
  trace 01
  trace 02 set 60 30 60
  trace 03 set 60 30 60
  trace 04 --set 61 30 60
  trace 05 -L --timeout
  trace 06 verify 61 30 60
  trace 07 verify --udp 60 --quiet
  trace 08 set --udp 60
  trace 09 show --format json
  trace 10 show --format prometheus
  trace 11 show --format rules
  trace 12 --version
  trace 13 show --netns blue
  trace 14 apply policy
  trace 15 verify --policy policy
  trace 16 show --all-netns
  trace 17 connections
  trace 18 doctor
' trace "$scratch"

"$here/link-order.py" "$map" "$scratch"/trace.?? > "$scratch/order"
[ "$(wc -l < "$scratch/order")" -gt 100 ] ||
  { echo 'trace-link-order.sh: the trace has too few symbols' >&2; exit 1; }
cp "$scratch/order" "$output"

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# trace-link-order.sh PROGRAM FILE: writes the functions that the command lines of machines run to FILE, one on each line.
# PROGRAM must have its symbols.
#
# The release program is linked in this order, so these functions are together on few pages. The order in which PROGRAM
# itself was linked does not matter. The linker ignores names that a later toolchain does not have.
set -euo pipefail

program=$1
output=$2
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
scratch=$(mktemp -d "${TMPDIR:-/tmp}/link-order.XXXXXXXX")
trap 'rm -rf "$scratch"' EXIT

# valgrind cannot read the debug information of this program, but needs its symbols.
objcopy --strip-debug "$program" "$scratch/ipvs-timeout"

# shellcheck disable=SC2016 # expanded in the guest
"$top/Tests/Lab/lab" -m 1G -t 300 -w "$scratch" bash -euc '
  cd "$1"
  trace() {
    valgrind --tool=callgrind --demangle=no --callgrind-out-file="trace.$1" ./ipvs-timeout "${@:2}" > /dev/null 2>&1
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
' trace "$scratch"

cat "$scratch"/trace.?? | sed -nE "s/^c?fn=\([0-9]+\) ([^0(].*)$/\1/p" | sed -E "s/'[0-9]+$//" \
  | awk '!seen[$0]++' > "$scratch/order"
[ "$(wc -l < "$scratch/order")" -gt 100 ] ||
  { echo 'trace-link-order.sh: the trace has too few functions' >&2; exit 1; }
# The functions of the standard library are in one large section. The others can be moved one by one, so they come first.
# shellcheck disable=SC2016 # the dollar is part of the names
{ grep -vE '^\$s[sS]' "$scratch/order"; grep -E '^\$s[sS]' "$scratch/order"; } > "$output"

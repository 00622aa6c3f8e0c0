#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# check-link-order.sh PROGRAM FILE: prints how many of the symbols listed in FILE are in PROGRAM. Fails if fewer than
# 90 % are. PROGRAM must have its symbols.
#
# The linker ignores names that it does not find. So a renamed symbol loses its place without a message.
set -euo pipefail

program=$1 order=$2
named=$(sort -u "$order" | wc -l)
found=$(comm -12 <(sort -u "$order") <(nm --format=just-symbols "$program" | sort -u) | wc -l)
echo "link order: $found of $named symbols found ($((found * 100 / named)) %)"
if [ $((found * 10)) -lt $((named * 9)) ]; then
  echo 'check-link-order.sh: fewer than 90 % of the symbols were found; run "make link-order"' >&2
  exit 1
fi

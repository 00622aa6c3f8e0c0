#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# bench.sh PROGRAM: compares PROGRAM with ipvsadm in guests of lab, and prints tables. Fails if a bar is missed.
set -euo pipefail

program=$1
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# Both programs are copied into the guest's memory first, because the way a file is stored affects its start-up time.
status=0
# shellcheck disable=SC2016 # expanded in the guest
"$here/../Lab/lab" -m 2G -t 1800 -c 17 bash -euc '
  mkdir /run/bench
  install -m 755 "$1" /run/bench/ipvs-timeout
  install -m 755 "$(command -v ipvsadm)" /run/bench/ipvsadm
  cd /run/bench
  export PYTHONDONTWRITEBYTECODE=1
  status=0
  python3 "$2" "$4" || status=$?
  python3 "$3" 1000 3 || status=$?
  python3 "$5" 100000 5 || status=$?
  unshare -n python3 "$6" 10000 9 || status=$?
  exit $status
' bench "$program" "$here/compare.py" "$here/namespaces.py" "${RUNS:-300}" "$here/connections.py" "$here/sockets.py" || status=$?
# Its namespaces and its connections would disturb the others.
for connections in 0 100000; do
  # shellcheck disable=SC2016 # expanded in the guest
  "$here/../Lab/lab" -m 2G -t 900 -c 17 bash -euc '
    mkdir /run/bench
    install -m 755 "$1" /run/bench/ipvs-timeout
    cd /run/bench
    export PYTHONDONTWRITEBYTECODE=1
    python3 "$2" 1000 "$3" 5
  ' bench "$program" "$here/quiet.py" "$connections" || status=$?
done
exit "$status"

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# rollout.sh [options] TCP TCPFIN UDP DIRECTOR[,DIRECTOR] ...
#
# Rolls IPVS timeouts out over many directors by plain ssh. TCP, TCPFIN and UDP are as for `ipvs-timeout set`. Directors
# joined by a comma are a pair, which is changed together. In this order:
#
#   1. every director is asked for its timeouts; if one does not answer, nothing has been changed
#   2. the first director, or pair, is the canary: it is changed, verified, and its health checked
#   3. then the others, some at a time, likewise
#
# At the first failure all directors of its batch get back what they had, and no further one is touched; so, too, if this
# script is interrupted.
#
#   -b NUMBER    how many directors are changed at a time after the canary (default 4); a pair is not split
#   -c COMMAND   the health check, run here by bash with the director's name in DIRECTOR; 5 times, 2 s between them
#   -e NETNS     in this network namespace of the directors
#   -k BACKEND   auto, netlink or ipvsadm
#   -p PROGRAM   the program on the directors (default /usr/local/sbin/ipvs-timeout)
#   -s FILE      a configuration for ssh
#   -t SECONDS   how long a director, or a health check, may take each time (default 30), a director not more than half of
#                it to be connected
#   -n           change nothing, only say what would change
#   -h           this text
#
# It logs in without asking for a password, and takes the user that ssh takes; IPVS asks for root.
#
# Exit status: 0 all directors have the timeouts; 1 it has stopped, and the batch has what it had before; 2 wrong usage;
# 3 it has stopped, and some could not be put back, which are named; 128+N interrupted by signal N, and put back.
set -euo pipefail

readonly minimum=0.1.0
batch=4 check='' netns='' backend=auto program=/usr/local/sbin/ipvs-timeout config='' limit=30 dry_run=''

help() { sed -n '/^# rollout.sh /,/^set/{/^#/s/^# \{0,1\}//p;}' "${BASH_SOURCE[0]}"; }
# That nobody reads it any more is no reason to leave a batch half changed.
trap '' PIPE
say() { printf '%s\n' "$*" 2> /dev/null || true; }
warn() { printf 'rollout.sh: %s\n' "$*" >&2 || true; }
usage() { warn "$* (rollout.sh -h explains)"; exit 2; }

while getopts :b:c:e:k:p:s:t:nh option; do
    case $option in
        b) [[ $OPTARG =~ ^[1-9][0-9]{0,3}$ ]] || usage "-b takes a number of directors, not \`$OPTARG'"; batch=$OPTARG ;;
        c) check=$OPTARG ;;
        e) netns=$OPTARG ;;
        k) backend=$OPTARG ;;
        p) program=$OPTARG ;;
        s) config=$OPTARG ;;
        t) [[ $OPTARG =~ ^[1-9][0-9]{0,4}$ ]] || usage "-t takes a number of seconds, not \`$OPTARG'"; limit=$OPTARG ;;
        n) dry_run=yes ;;
        h) help; exit 0 ;;
        :) usage "-$OPTARG needs a value" ;;
        *) usage "there is no option -$OPTARG" ;;
    esac
done
shift $((OPTIND - 1))
[[ $# -ge 4 ]] || usage 'three timeouts and at least one director are needed'
wanted=("$1" "$2" "$3")
shift 3
units=("$@")
for value in "${wanted[@]}"; do
    [[ $value =~ ^(-|default|[0-9][0-9a-z]*)$ ]] || usage "\`$value' is not a timeout"
done
for unit in "${units[@]}"; do
    [[ $unit =~ ^[A-Za-z0-9_][A-Za-z0-9_.:@%-]*(,[A-Za-z0-9_][A-Za-z0-9_.:@%-]*)*$ ]] ||
        usage "\`$unit' is not a director or a pair"
done

# ---- one director

# Quotes for any shell that the director's user may have.
quoted() {
    local word
    for word; do printf " '%s'" "${word//\'/\'\\\'\'}"; done
}

# in_background COMMAND...: waits for it, but not when a signal comes. (In the foreground, bash would not hear of SIGINT.)
in_background() {
    "$@" &
    running=$!
    wait "$running"
}

# on DIRECTOR COMMAND: for no longer than the limit, whatever hangs. `answer` becomes what it writes.
on() {
    local status=0
    in_background bounded_ssh "$@" > "$scratch" || status=$?
    answer=$(< "$scratch")
    return "$status"
}
bounded_ssh() {
    # (Who does not answer is given up by ssh, which says so, and not by both at the same moment.)
    timeout -k 5 "$limit" ssh ${config:+-F "$config"} -n -o BatchMode=yes -o ConnectTimeout="$(((limit + 1) / 2))" -- "$1" "$2"
}

# ipvs_timeout COMMAND ARG...: what is run on a director.
ipvs_timeout() {
    quoted "$program" "$1" --backend "$backend" ${netns:+"--netns=$netns"} "${@:2}"
}

# Its version and, as `--set TCP TCPFIN UDP`, its timeouts; a 0 there is of a protocol that its kernel does not have.
look() {
    local answer version
    on "$1" "$(quoted "$program" --version) && $(ipvs_timeout show --format rules)" ||
        { warn "$1: cannot read its timeouts (status $?)"; return 1; }
    version=${answer%%$'\n'*}
    [[ $(printf '%s\n' "$minimum" "$version" | sort -V | head -n 1) == "$minimum" ]] ||
        { warn "$1: its ipvs-timeout is version $version, and $minimum or newer is needed"; return 1; }
    [[ ${answer##*$'\n'} =~ ^--set\ ([0-9]+\ [0-9]+\ [0-9]+)$ ]] || { warn "$1: cannot understand: $answer"; return 1; }
    before[$1]=${BASH_REMATCH[1]}
}

change() {
    local answer
    on "$1" "$(ipvs_timeout set ${dry_run:+--dry-run} -- "${wanted[@]}")" ||
        { warn "$1: cannot change it (status $?)"; return 1; }
    say "$1: $answer"
}

verify() {
    local answer
    on "$1" "$(ipvs_timeout verify -- "${wanted[@]}")" ||
        { warn "$1: is not as wanted: $answer (status $?)"; return 1; }
}

healthy() {
    local try
    [[ $check ]] || return 0
    for try in 1 2 3 4 5; do
        ! in_background env DIRECTOR="$1" timeout -k 5 "$limit" bash -c "$check" || return 0
        [[ $try == 5 ]] || in_background sleep 2
    done
    warn "$1: the health check fails"
    return 1
}

# ---- all of them

declare -A before=()
changed=() running=''
scratch=$(mktemp)
trap 'rm -f "$scratch"' EXIT

# Ends with status $1, when what the batch has been given so far is taken back.
put_back() {
    local status=$1 director old answer
    trap '' INT TERM HUP
    # What is on its way to a director has to arrive before what puts it back.
    [[ ! $running ]] || wait "$running" || true
    for director in "${changed[@]}"; do
        read -ra old <<< "${before[$director]}"
        if on "$director" "$(ipvs_timeout set --quiet -- "${old[@]}")"; then
            say "$director: has ${before[$director]} again"
        else
            warn "$director: CANNOT BE PUT BACK, it had ${before[$director]}"
            status=3
        fi
    done
    exit "$status"
}

roll_out() {
    local director
    changed=()
    for director; do
        # The first look may have been long ago.
        look "$director" || put_back 1
        changed+=("$director")
        change "$director" || put_back 1
        verify "$director" || put_back 1
    done
    for director; do
        healthy "$director" || put_back 1
    done
    changed=()
}

trap 'put_back 130' INT
trap 'put_back 143' TERM
trap 'put_back 129' HUP

missing='' order=()
for unit in "${units[@]}"; do
    IFS=, read -ra members <<< "$unit"
    for director in "${members[@]}"; do
        [[ ! -v before[$director] ]] || usage "$director is named twice"
        before[$director]='' order+=("$director")
        look "$director" || missing=yes
    done
done
[[ ! $missing ]] || { warn 'nothing was changed'; exit 1; }

if [[ $dry_run ]]; then
    for director in "${order[@]}"; do change "$director"; done
    exit
fi

IFS=, read -ra together <<< "${units[0]}"
say "canary: ${together[*]}"
roll_out "${together[@]}"
together=()
for unit in "${units[@]:1}" ''; do
    IFS=, read -ra members <<< "$unit"
    if [[ ${#together[@]} -gt 0 ]] && { [[ ! $unit ]] || ((${#together[@]} + ${#members[@]} > batch)); }; then
        say "batch: ${together[*]}"
        roll_out "${together[@]}"
        together=()
    fi
    together+=("${members[@]}")
done
say "all ${#before[@]} directors have the timeouts ${wanted[*]}"

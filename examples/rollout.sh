#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# rollout.sh [options] TCP TCPFIN UDP DIRECTOR[,DIRECTOR] ...
#
# Changes IPVS timeouts on many directors, a few at a time, through plain ssh. Write TCP, TCPFIN and UDP as for
# `ipvs-timeout set`. Directors joined by a comma are a pair: they are changed together.
#
#   1. Every director is asked for its timeouts. If one does not answer, nothing is changed.
#   2. The first director, or pair, is the canary: it is changed, verified, and its health is checked.
#   3. The other directors follow in batches, in the same way.
#
# At the first failure, every director of the current batch gets its old timeouts again, and no further director is
# changed. The same happens when you interrupt this script.
#
#   -b NUMBER    how many directors a batch has, after the canary (default 4); a pair is never split
#   -c COMMAND   the health check. bash runs it on this machine, with the director's name in $DIRECTOR, up to 5 times,
#                2 s apart, until it succeeds. Without -c there is no health check: a director is changed and verified
#   -e NETNS     change this network namespace of the directors
#   -k BACKEND   auto, netlink, sockopt or ipvsadm (default auto)
#   -p PROGRAM   the program on the directors (default /usr/local/sbin/ipvs-timeout)
#   -s FILE      a configuration file for ssh
#   -t SECONDS   the time limit for each ssh command and each try of the health check (default 30). Connecting may use
#                half of it
#   -n           change nothing; print what would change
#   -h           print this text
#
# The script never asks for a password. It logs in as the user that ssh chooses; changing IPVS needs root.
#
# Before: the program must be on every director. This copies it there:
#
#   for director in root@lb1 root@lb2; do
#     ssh "$director" 'cd /usr/local/sbin && cat > new && chmod 755 new && mv new ipvs-timeout' \
#         < .build/dist/ipvs-timeout
#   done
#
# After a reboot: the timeouts set here are lost, because this script writes no policy. To keep them, write the policy
# (/etc/ipvs-timeout.conf) first, on the canary before the others. Where the timer of ipvs-timeout runs, it applies a
# new policy within a minute. It also undoes the timeouts set here if the policy wants others.
#
# After a stop: the directors of earlier batches keep the new timeouts. The script prints the commands that restore
# their old ones.
#
# Exit status:
#   0      all directors have the timeouts
#   1      stopped; the directors of the current batch have their old timeouts
#   2      wrong usage
#   3      stopped, and some directors could not be restored; each is named with the timeouts it had
#   128+N  interrupted by signal N; the directors of the current batch have their old timeouts
set -euo pipefail

readonly minimum=0.1.0
batch=4 check='' netns='' backend=auto program=/usr/local/sbin/ipvs-timeout config='' limit=30 dry_run=''
# The options that a command to restore timeouts has in common with this one.
again=()

help() { sed -n '/^# rollout.sh /,/^set/{/^#/s/^# \{0,1\}//p;}' "${BASH_SOURCE[0]}"; }
# If the reader of the output is gone, a batch must still be finished or restored.
trap '' PIPE
say() { printf '%s\n' "$*" 2> /dev/null || true; }
warn() { printf 'rollout.sh: %s\n' "$*" >&2 || true; }
usage() { warn "$*; see rollout.sh -h"; exit 2; }

while getopts :b:c:e:k:p:s:t:nh option; do
    [[ $option != [ekpst] ]] || again+=("-$option" "$OPTARG")
    case $option in
        b) batch=$OPTARG
            [[ $batch =~ ^[1-9][0-9]{0,3}$ ]] || usage "-b needs a number of directors from 1 to 9999, not \`$batch'" ;;
        c) check=$OPTARG ;;
        e) netns=$OPTARG ;;
        k) backend=$OPTARG ;;
        p) program=$OPTARG ;;
        s) config=$OPTARG ;;
        t) limit=$OPTARG
            [[ $limit =~ ^[1-9][0-9]{0,4}$ ]] || usage "-t needs a number of seconds from 1 to 99999, not \`$limit'" ;;
        n) dry_run=yes ;;
        h) help; exit 0 ;;
        :) usage "-$OPTARG needs a value" ;;
        *) usage "there is no option -$OPTARG" ;;
    esac
done
shift $((OPTIND - 1))
[[ $# -ge 4 ]] || usage 'give three timeouts and at least one director'
wanted=("$1" "$2" "$3")
shift 3
units=("$@")
for value in "${wanted[@]}"; do
    [[ $value =~ ^(-|default|[0-9][0-9a-z]*)$ ]] || usage "\`$value' is not a timeout"
done
for unit in "${units[@]}"; do
    [[ $unit =~ ^[A-Za-z0-9_][A-Za-z0-9_.:@%-]*(,[A-Za-z0-9_][A-Za-z0-9_.:@%-]*)*$ ]] ||
        usage "\`$unit' is neither a director nor a pair of directors"
done

# ---- one director

# Quotes words for whatever shell the director's user has.
quoted() {
    local word
    for word; do printf " '%s'" "${word//\'/\'\\\'\'}"; done
}

# in_background COMMAND...: runs it and waits for it; a signal ends the wait. (While a command runs in the foreground,
# bash does not act on SIGINT.)
in_background() {
    "$@" &
    running=$!
    wait "$running"
}

# on DIRECTOR COMMAND: runs it there within the time limit, whatever hangs. Its output goes to `answer`, its errors to
# standard error.
on() {
    local status=0
    in_background bounded_ssh "$@" > "$scratch/answer" 2> "$scratch/errors" || status=$?
    answer=$(plain < "$scratch/answer")
    plain < "$scratch/errors" >&2 || true
    return "$status"
}
# A director may print anything. A control character could command the terminal, so it becomes `?`.
plain() { LC_ALL=C tr -c '[:print:]\n' '?'; }
bounded_ssh() {
    # (If a director does not answer, ssh gives up first and reports why; half of the limit keeps the two apart.)
    timeout -k 5 "$limit" ssh ${config:+-F "$config"} -n -o BatchMode=yes -o ConnectTimeout="$(((limit + 1) / 2))" -- "$1" "$2"
}

# ipvs_timeout COMMAND ARG...: prints the command line to run on a director.
ipvs_timeout() {
    quoted "$program" "$1" --backend "$backend" ${netns:+"--netns=$netns"} "${@:2}"
}

# Checks a director's version and reads its timeouts, which `show` prints as `--set TCP TCPFIN UDP`. A 0 is for a
# protocol that its kernel does not have.
look() {
    local answer version
    on "$1" "$(quoted "$program" --version) && $(ipvs_timeout show --format rules)" ||
        { warn "$1: cannot read its timeouts (status $?)"; return 1; }
    version=${answer%%$'\n'*}
    [[ $(printf '%s\n' "$minimum" "$version" | sort -V | head -n 1) == "$minimum" ]] ||
        { warn "$1: it has ipvs-timeout $version; $minimum or newer is needed"; return 1; }
    [[ ${answer##*$'\n'} =~ ^--set\ ([0-9]+\ [0-9]+\ [0-9]+)$ ]] ||
        { warn "$1: cannot read its timeouts: unexpected answer: $answer"; return 1; }
    before[$1]=${BASH_REMATCH[1]}
}

change() {
    local answer
    on "$1" "$(ipvs_timeout set ${dry_run:+--dry-run} -- "${wanted[@]}")" ||
        { warn "$1: cannot change its timeouts (status $?)"; return 1; }
    [[ $answer != *'(was '* ]] || is_changed[$1]=yes
    say "$1: $answer"
}

verify() {
    local answer
    on "$1" "$(ipvs_timeout verify -- "${wanted[@]}")" ||
        { warn "$1: its timeouts are not as wanted: $answer (status $?)"; return 1; }
}

healthy() {
    local try
    [[ $check ]] || return 0
    for try in 1 2 3 4 5; do
        ! in_background env DIRECTOR="$1" timeout -k 5 "$limit" bash -c "$check" || return 0
        [[ $try == 5 ]] || in_background sleep 2
    done
    warn "$1: the health check failed 5 times"
    return 1
}

# ---- all of them

declare -A before=() is_changed=() unit_of=()
# The directors of the current batch that may have been changed; those of the batches before it.
changed=() finished=() running=''
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Names the directors that keep the new timeouts, and prints the commands that restore their old ones.
report_finished() {
    local director values separator command
    declare -A directors=() last=()
    for director in "${finished[@]}"; do
        [[ -v is_changed[$director] ]] || continue
        values=${before[$director]}
        # A pair is restored together.
        separator=' '
        [[ ${last[$values]:-} != "${unit_of[$director]}" ]] || separator=,
        directors[$values]+=$separator$director last[$values]=${unit_of[$director]}
    done
    [[ ${#directors[@]} -gt 0 ]] || return 0
    printf -v command '%q ' "$0" "${again[@]}"
    warn 'directors of earlier batches keep the new timeouts; to restore their old ones, run'
    for values in "${!directors[@]}"; do warn "    $command$values${directors[$values]}"; done
}

# Gives the current batch its old timeouts, then exits with status $1.
restore() {
    local status=$1 director old answer
    trap '' INT TERM HUP
    # A change on its way to a director must arrive before the old timeouts do.
    [[ ! $running ]] || wait "$running" || true
    for director in "${changed[@]}"; do
        read -ra old <<< "${before[$director]}"
        if on "$director" "$(ipvs_timeout set --quiet -- "${old[@]}")"; then
            say "$director: restored to ${before[$director]}"
        else
            warn "$director: CANNOT BE RESTORED; it had ${before[$director]}"
            status=3
        fi
    done
    report_finished
    exit "$status"
}

roll_out() {
    local director
    changed=()
    for director; do
        # The first reading may be old by now.
        look "$director" || restore 1
        changed+=("$director")
        change "$director" || restore 1
        verify "$director" || restore 1
    done
    for director; do
        healthy "$director" || restore 1
    done
    finished+=("$@") changed=()
}

trap 'restore 130' INT
trap 'restore 143' TERM
trap 'restore 129' HUP

missing='' order=()
for unit in "${units[@]}"; do
    IFS=, read -ra members <<< "$unit"
    for director in "${members[@]}"; do
        [[ ! -v before[$director] ]] || usage "$director is named twice"
        before[$director]='' unit_of[$director]=$unit order+=("$director")
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

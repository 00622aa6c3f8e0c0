#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# PathChanged= and PathModified= lose a change that happens while their service runs, even if the path unit sees it.
#
# Versions    systemd 252.39-1~deb12u2, booted in Linux 6.1.176 (Debian's user-mode-linux 6.1um4+b13).
# Behaviour   A path unit has PathChanged= or PathModified=, and its service has Type=oneshot. While the service runs,
#             the watched file is written to, or a file appears in the watched directory, or the watched file itself is
#             created. When the service ends, it is not started again, then or later: the change is lost. It does not
#             matter whether the path unit started the service, or a user, the boot or a timer did. If the path unit
#             did not start the service, it stays "waiting" and keeps watching. It sees the change and becomes
#             "running". But the service that it wants to start is already starting, so nothing happens. PathExists=,
#             PathExistsGlob= and DirectoryNotEmpty= lose no change.
# Guess       systemd.path(5) says that the paths are checked again as soon as the service has ended, and that the
#             service is then started again. This is true for three of the five directives. The other two check
#             nothing, not even that the watched file exists now and did not exist before. A reader who knows that they
#             do not watch while "running" still expects that "waiting" misses nothing, or that inotify keeps the
#             events. Solutions: a directory as a queue (DirectoryNotEmpty=), or a service that checks again before it
#             ends, together with a timer.
# Seen        state of the path unit before and after the change, and the result:
#                                      service started by hand        service started by its path unit
#             PathChanged= file        waiting, running: lost         running, running: lost
#             PathModified= file       waiting, running: lost         running, running: lost
#             PathChanged= directory   waiting, running: lost         running, running: lost
#             PathChanged= appears     waiting, running: lost         running, running: lost
#             PathExists=              waiting, running: run again    running, running: run again
#             PathExistsGlob=          waiting, running: run again    running, running: run again
#             DirectoryNotEmpty=       waiting, running: run again    running, running: run again
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib/guest
source "$(dirname "$0")/lib/guest"
work=$(mktemp -d)
trap 'end_guest; rm -rf "$work"' EXIT

# unit NAME PATH SHELL_CODE: writes a path unit and its service. The service runs SHELL_CODE first.
unit() {
    printf '%s\n' '[Unit]' DefaultDependencies=no '[Path]' "$2" > "/run/units/$1.path"
    printf '%s\n' '[Unit]' DefaultDependencies=no StartLimitIntervalSec=0 '[Service]' Type=oneshot \
        "ExecStart=/bin/sh -c '$3 echo $1 >> /run/runs; while [ -e /run/hold ]; do sleep 0.1; done'" \
        > "/run/units/$1.service"
}

# Makes one change for each of the path units.
change() {
    echo x > /watched/file
    echo x >> /watched/log
    touch "/watched/directory/$RANDOM$RANDOM"
    if [[ -e /watched/appears ]]; then rm /watched/appears; else touch /watched/appears; fi
    touch /watched/exists /watched/glob-1 /watched/queue/1
}

until_true() {
    local end=$((SECONDS + 20))
    until "$@" &> /dev/null; do
        ((SECONDS < end)) || die "this did not happen within 20 s: $*"
        sleep 0.2
    done
}
runs() { grep -c "^$1\$" /run/runs || true; }
all_run() { (($(sort -u /run/runs | wc -l) == 7)); }
all_ended() {
    [[ $(systemctl show --property=ActiveState --value "${names[@]/%/.service}" | sort -u | xargs) == inactive ]]
}
# Prints the states of the path units, in the order of `names`.
states() { systemctl show --property=SubState --value "${names[@]/%/.path}" | sed '/^$/d'; }

# try_out BEFORE COMMAND...: starts the services by COMMAND, and changes something while they run.
try_out() {
    local expected=$1 number wanted result before after failed=''
    : > /run/runs
    : > /run/hold
    "${@:2}"
    until_true all_run
    sleep 0.5
    mapfile -t before < <(states)
    change
    sleep 0.5
    mapfile -t after < <(states)
    rm /run/hold
    until_true all_ended
    # By now every service that starts again has started.
    sleep 2
    for number in "${!names[@]}"; do
        case ${titles[number]} in PathChanged* | PathModified*) wanted=lost ;; *) wanted='run again' ;; esac
        case $(runs "${names[number]}") in
            1) result=lost ;;
            2) result='run again' ;;
            *) result='run more than once again' ;;
        esac
        result="${before[number]}, ${after[number]}: $result"
        printf '    %-24s %s\n' "${titles[number]}" "$result"
        [[ $result == "$expected, running: $wanted" ]] || failed+=" ${titles[number]}"
    done
    [[ ! $failed ]] || die "the behaviour has changed:$failed"
}

# Runs in the namespaces of systemd, which is their first process.
beside_systemd() {
    local names=(file log directory appears exists glob queue)
    local titles=('PathChanged= file' 'PathModified= file' 'PathChanged= directory' 'PathChanged= appears'
        PathExists= PathExistsGlob= DirectoryNotEmpty=)
    until_true systemctl list-units
    systemctl --version | head -n 1
    systemctl start "${names[@]/%/.path}"
    echo 'started by hand:'
    try_out waiting systemctl start --no-block "${names[@]/%/.service}"
    echo 'started by the path unit:'
    try_out running change
}

finding() {
    mkdir -p /run/units /watched/directory /watched/queue
    touch /watched/file /watched/log
    unit file PathChanged=/watched/file ''
    unit log PathModified=/watched/log ''
    unit directory PathChanged=/watched/directory ''
    unit appears PathChanged=/watched/appears ''
    # These services would start forever if they did not remove the file that starts them.
    unit exists PathExists=/watched/exists 'rm -f /watched/exists;'
    unit glob PathExistsGlob=/watched/glob-* 'rm -f /watched/glob-1;'
    unit queue DirectoryNotEmpty=/watched/queue 'rm -f /watched/queue/1;'
    printf '%s\n' '[Unit]' DefaultDependencies=no > /run/units/up.target
    echo 0123456789abcdef0123456789abcdef > /etc/machine-id

    # shellcheck disable=SC2016
    unshare --pid --fork --kill-child --mount --mount-proc --propagation shared -- bash -c "$(declare -f)"'
        mount -t cgroup2 cgroup2 /sys/fs/cgroup
        { (set -euo pipefail; beside_systemd) > /run/said 2>&1; echo "$?" > /run/result; } &
        exec env -i container=finding PATH="$PATH" SYSTEMD_UNIT_PATH=/run/units SYSTEMD_GENERATOR_PATH=/nowhere \
            SYSTEMD_ENVIRONMENT_GENERATOR_PATH=/nowhere \
            /usr/lib/systemd/systemd --system --unit=up.target --show-status=no' &> /run/systemd-said &
    until [[ -s /run/result ]]; do sleep 0.2; done
    cat /run/said
    return "$(< /run/result)"
}

unpack user-mode-linux=6.1um4+b13 systemd=252.39-1~deb12u2 libsystemd-shared=252.39-1~deb12u2 libapparmor1=3.0.8-3 \
    libip4tc2=1.8.9-2 libkmod2=30+20221128-1
boot finding

// SPDX-License-Identifier: Apache-2.0

/// What the program prints when it is asked for help, word for word.
///
/// To renew a text after a change, print it with `swift run ipvs-timeout help set | cat` and put it here.
enum HelpTexts {
  static let root = """
    OVERVIEW: Show, set, verify, keep and explain the connection timeouts of Linux
    Virtual Server (IPVS).

    The three timeouts are those of `ipvsadm --set tcp tcpfin udp`: tcp governs the
    state ESTABLISHED, tcpfin FIN_WAIT, udp UDP. All other states, TIME_WAIT among
    them, are fixed by the kernel. A new timeout applies to a connection from its
    next packet on. Every network namespace has timeouts of its own: --netns and
    --all-netns reach those of others, and a policy file keeps them as wanted.

    A timeout is written as whole seconds (900) or as a duration (90s, 15m, 1h30m,
    2d), from 1 s to 31 days; `default` is the kernel's own (900, 120, 300); `0` or
    `-` keeps a timeout as it is.

    ipvsadm's own forms work too, with its output, its messages and its exit
    statuses:
      ipvs-timeout --set 60 30 60
      ipvs-timeout -L --timeout

    Exit status: 0 done, or as wanted; 1 not as wanted; 64 the command line is
    wrong; 69 no IPVS here; 70 an unexpected reply; 71 the system refused; 75 no
    answer in time; 77 not permitted; 78 bad policy file. Over many namespaces, the
    largest. `try` and `with` pass on the status of their command.

    USAGE: ipvs-timeout <subcommand>

    OPTIONS:
      --version               Show the version.
      -h, --help              Show help information.

    SUBCOMMANDS:
      show (default)          Print the timeouts (the default command).
      set                     Set timeouts, read them back, and say what was and
                              what is.
      verify                  Compare the timeouts with what they should be: with
                              values, or with the policy.
      try                     Set timeouts, run a command, and keep them only if it
                              succeeds.
      with                    Set timeouts, run a command, and put the old ones
                              back, whatever happens.
      rollback                Put back what an earlier `try` or `with` has left set.
      apply                   Make every network namespace as the policy says;
                              change only what differs.
      check-policy            Read the policy and say what each network namespace
                              here would get, and from which line.
      connections             Say what the timers of the live connections are, and
                              which are outdated.
      doctor                  Check what may keep the timeouts from having an
                              effect.

      See 'ipvs-timeout help <subcommand>' for detailed help.

    """

  static let show = """
    OVERVIEW: Print the timeouts (the default command).

    A timeout whose protocol the kernel was built without is printed as -, in JSON
    as null.

    Examples:
      ipvs-timeout show --all-netns
      ipvs-timeout show --netns ingress_sbox --format json
      ipvs-timeout show --format rules >> /etc/ipvsadm.rules

    USAGE: ipvs-timeout show [--format <format>] [--quiet] [--netns <name|path|pid> ...] [--all-netns] [--in-use] [--backend <backend>] [--ipvsadm <path>]

    OPTIONS:
      --format <format>       How to write the result: text, json or prometheus;
                              with show, rules too: a line for `ipvsadm -R`.
                              (values: text, json, prometheus, rules; default: text)
      --quiet                 Write no result; errors and the exit status remain.
      --netns <name|path|pid> A network namespace, instead of the present one;
                              repeatable.
            A name in /run/netns or /run/docker/netns, the path of one, the number
            of a process, or host.
      --all-netns             All network namespaces: bound ones, and those in
                              which processes live.
      --in-use                Of these, or of all, only those with a virtual
                              service or a connection.
      --backend <backend>     The way to the timeouts: auto, netlink or ipvsadm.
                              (values: auto, netlink, ipvsadm; default: auto)
            auto takes netlink, and the program ipvsadm only where the kernel has
            no family IPVS.
      --ipvsadm <path>        The program ipvsadm, by its absolute path, if it is
                              not in /usr/sbin or /sbin.
      --version               Show the version.
      -h, --help              Show help information.


    """

  static let set = """
    OVERVIEW: Set timeouts, read them back, and say what was and what is.

    Only what is named is sent; the kernel keeps the rest. Setting what is already
    so is a success. If what is read back is not what was set, that is an error
    (status 71).

    Examples:
      ipvs-timeout set 60 30 60
      ipvs-timeout set - - 5s
      ipvs-timeout set --tcp 15m --udp default
      ipvs-timeout set --tcp 2h --netns ingress_sbox

    USAGE: ipvs-timeout set [<time> ...] [--tcp <time>] [--tcpfin <time>] [--udp <time>] [--dry-run] [--format <format>] [--quiet] [--netns <name|path|pid> ...] [--all-netns] [--in-use] [--backend <backend>] [--ipvsadm <path>]

    ARGUMENTS:
      <time>                  The three timeouts tcp, tcpfin and udp, in this order.

    OPTIONS:
      --tcp <time>            The timeout of ESTABLISHED connections.
      --tcpfin <time>         The timeout of connections in FIN_WAIT.
      --udp <time>            The timeout of UDP connections.
      --dry-run               Change nothing; say what would change.
      --format <format>       How to write the result: text, json or prometheus;
                              with show, rules too: a line for `ipvsadm -R`.
                              (values: text, json, prometheus, rules; default: text)
      --quiet                 Write no result; errors and the exit status remain.
      --netns <name|path|pid> A network namespace, instead of the present one;
                              repeatable.
            A name in /run/netns or /run/docker/netns, the path of one, the number
            of a process, or host.
      --all-netns             All network namespaces: bound ones, and those in
                              which processes live.
      --in-use                Of these, or of all, only those with a virtual
                              service or a connection.
      --backend <backend>     The way to the timeouts: auto, netlink or ipvsadm.
                              (values: auto, netlink, ipvsadm; default: auto)
            auto takes netlink, and the program ipvsadm only where the kernel has
            no family IPVS.
      --ipvsadm <path>        The program ipvsadm, by its absolute path, if it is
                              not in /usr/sbin or /sbin.
      --version               Show the version.
      -h, --help              Show help information.


    """

  static let verify = """
    OVERVIEW: Compare the timeouts with what they should be: with values, or with
    the policy.

    Exit status 0: they are so. 1: they are not; one line is printed for each that
    differs. A timeout that is kept (0, - or not named) may be anything. Without
    any value, every network namespace is compared with the policy file, which
    `ipvs-timeout help apply` describes.

    Examples:
      ipvs-timeout verify
      ipvs-timeout verify 60 30 60
      ipvs-timeout verify --udp 60 --quiet || echo drift

    USAGE: ipvs-timeout verify [<time> ...] [--tcp <time>] [--tcpfin <time>] [--udp <time>] [--policy <file>] [--format <format>] [--quiet] [--netns <name|path|pid> ...] [--all-netns] [--in-use] [--backend <backend>] [--ipvsadm <path>]

    ARGUMENTS:
      <time>                  The three timeouts tcp, tcpfin and udp, in this order.

    OPTIONS:
      --tcp <time>            The timeout of ESTABLISHED connections.
      --tcpfin <time>         The timeout of connections in FIN_WAIT.
      --udp <time>            The timeout of UDP connections.
      --policy <file>         Another policy file than /etc/ipvs-timeout.conf.
      --format <format>       How to write the result: text, json or prometheus;
                              with show, rules too: a line for `ipvsadm -R`.
                              (values: text, json, prometheus, rules; default: text)
      --quiet                 Write no result; errors and the exit status remain.
      --netns <name|path|pid> A network namespace, instead of the present one;
                              repeatable.
            A name in /run/netns or /run/docker/netns, the path of one, the number
            of a process, or host.
      --all-netns             All network namespaces: bound ones, and those in
                              which processes live.
      --in-use                Of these, or of all, only those with a virtual
                              service or a connection.
      --backend <backend>     The way to the timeouts: auto, netlink or ipvsadm.
                              (values: auto, netlink, ipvsadm; default: auto)
            auto takes netlink, and the program ipvsadm only where the kernel has
            no family IPVS.
      --ipvsadm <path>        The program ipvsadm, by its absolute path, if it is
                              not in /usr/sbin or /sbin.
      --version               Show the version.
      -h, --help              Show help information.


    """

  static let apply = """
    OVERVIEW: Make every network namespace as the policy says; change only what
    differs.

    The policy is a table, by default /etc/ipvs-timeout.conf. Each line has a
    network namespace and its tcp, tcpfin and udp timeouts:

      # namespace          tcp    tcpfin  udp
      host                 15m    30s     60s
      /run/docker/netns/*  2h15m  -       -
      ingress_sbox         2h15m  60s     30s

    `host` is the namespace in which the program is started, and no other word or
    pattern means it. Others are named as in /run/netns and /run/docker/netns, or
    by their path, both with the wildcards of a shell. Of the lines that match a
    namespace the last one that names a value wins, value by value; - leaves it. A
    file with a mistake is not applied at all, and every mistake in it is told.

    One line is printed for each namespace of which the policy wants something. One
    that fails does not stop the others; the exit status is the largest.

    USAGE: ipvs-timeout apply [<file>] [--dry-run] [--changed-only] [--settle <time>] [--format <format>] [--quiet] [--netns <name|path|pid> ...] [--all-netns] [--in-use] [--backend <backend>] [--ipvsadm <path>]

    ARGUMENTS:
      <file>                  The policy file. (default: /etc/ipvs-timeout.conf)

    OPTIONS:
      --dry-run               Change nothing; say what would change.
      --changed-only          Write the result only where something changed.
      --settle <time>         Go on looking for so long for namespaces that appear;
                              each makes it begin anew, for a minute at the most.
      --format <format>       How to write the result: text, json or prometheus;
                              with show, rules too: a line for `ipvsadm -R`.
                              (values: text, json, prometheus, rules; default: text)
      --quiet                 Write no result; errors and the exit status remain.
      --netns <name|path|pid> A network namespace, instead of the present one;
                              repeatable.
            A name in /run/netns or /run/docker/netns, the path of one, the number
            of a process, or host.
      --all-netns             All network namespaces: bound ones, and those in
                              which processes live.
      --in-use                Of these, or of all, only those with a virtual
                              service or a connection.
      --backend <backend>     The way to the timeouts: auto, netlink or ipvsadm.
                              (values: auto, netlink, ipvsadm; default: auto)
            auto takes netlink, and the program ipvsadm only where the kernel has
            no family IPVS.
      --ipvsadm <path>        The program ipvsadm, by its absolute path, if it is
                              not in /usr/sbin or /sbin.
      --version               Show the version.
      -h, --help              Show help information.


    """

  static let checkPolicy = """
    OVERVIEW: Read the policy and say what each network namespace here would get,
    and from which line.

    Nothing is changed, and IPVS is not asked. Those are told of that a policy can
    mean: the present one and those that are bound; with --all-netns also those in
    which only processes live. Exit status 0: the file has no mistake. 78: it has;
    each is told with file, line and column.

    USAGE: ipvs-timeout check-policy [<file>] [--format <format>] [--quiet] [--netns <name|path|pid> ...] [--all-netns] [--in-use]

    ARGUMENTS:
      <file>                  The policy file. (default: /etc/ipvs-timeout.conf)

    OPTIONS:
      --format <format>       How to write the result: text, json or prometheus;
                              with show, rules too: a line for `ipvsadm -R`.
                              (values: text, json, prometheus, rules; default: text)
      --quiet                 Write no result; errors and the exit status remain.
      --netns <name|path|pid> A network namespace, instead of the present one;
                              repeatable.
            A name in /run/netns or /run/docker/netns, the path of one, the number
            of a process, or host.
      --all-netns             All network namespaces: bound ones, and those in
                              which processes live.
      --in-use                Of these, or of all, only those with a virtual
                              service or a connection.
      --version               Show the version.
      -h, --help              Show help information.


    """

  static let connections = """
    OVERVIEW: Say what the timers of the live connections are, and which are
    outdated.

    A connection takes the timeout of its state when a packet of it passes, so
    after a change the idle ones keep the timers that they have. Those that are
    still on a longer timer than the timeout allows are outdated.

    For each state: how many connections there are, the shortest, the median, the
    99th percentile and the longest time left, and what rules it: one of the three
    timeouts, or the kernel, whose other timers no setting changes. Median and
    percentile are exact below 256 s, and to 0.4 % above. On a terminal, bars show
    how the time left is spread, and | where the timeout is.

    With --outdated, exit status 1: there are some. With --wait, it ends when none
    is left; 75: some are left when the time written behind --wait is over.

    Examples:
      ipvs-timeout connections --all-netns
      ipvs-timeout connections --outdated --service 192.0.2.100:80
      ipvs-timeout set 60 30 60 && ipvs-timeout connections --wait 15m

    USAGE: ipvs-timeout connections <options>

    OPTIONS:
      --outdated              List the outdated connections, one a line.
      --wait [<duration>]     First wait until none is outdated, or for so long if
                              a duration is given. (default as flag: as long as it
                              takes)
      --state <state>         Only those in this state, as ESTABLISHED; repeatable.
      --service <address:port>
                              Only those of this virtual service, as 192.0.2.1:80.
      --real-server <address[:port]>
                              Only those to this real server, on any port or on one.
      --client <address>      Only those from this client.
      --format <format>       How to write the result: text, json or prometheus;
                              with show, rules too: a line for `ipvsadm -R`.
                              (values: text, json, prometheus, rules; default: text)
      --quiet                 Write no result; errors and the exit status remain.
      --netns <name|path|pid> A network namespace, instead of the present one;
                              repeatable.
            A name in /run/netns or /run/docker/netns, the path of one, the number
            of a process, or host.
      --all-netns             All network namespaces: bound ones, and those in
                              which processes live.
      --in-use                Of these, or of all, only those with a virtual
                              service or a connection.
      --backend <backend>     The way to the timeouts: auto, netlink or ipvsadm.
                              (values: auto, netlink, ipvsadm; default: auto)
            auto takes netlink, and the program ipvsadm only where the kernel has
            no family IPVS.
      --ipvsadm <path>        The program ipvsadm, by its absolute path, if it is
                              not in /usr/sbin or /sbin.
      --version               Show the version.
      -h, --help              Show help information.


    """

  static let doctor = """
    OVERVIEW: Check what may keep the timeouts from having an effect.

    Each check says ok, note or problem, and the fact that this rests on; then what
    follows from it, and the command that fixes it. Nothing is changed.

    With --sockets, it is about the TCP sockets of the host itself, director or
    not: TIME_WAIT and the other states, counted for each service here or
    elsewhere; how many this host has closed first; which share of the ports for
    outgoing connections is taken; which program it is. That needs no IPVS, and
    root only to see the programs of others.

    Exit status 0: there is no problem. 1: there is one.

    Examples:
      ipvs-timeout doctor
      ipvs-timeout doctor --netns ingress_sbox
      ipvs-timeout doctor --format json
      ipvs-timeout doctor --sockets

    USAGE: ipvs-timeout doctor [--sockets] [--policy <file>] [--format <format>] [--quiet] [--netns <name|path|pid> ...] [--all-netns] [--in-use] [--backend <backend>] [--ipvsadm <path>]

    OPTIONS:
      --sockets               Diagnose the host's own TCP sockets instead.
      --policy <file>         Another policy file than /etc/ipvs-timeout.conf.
      --format <format>       How to write the result: text, json or prometheus;
                              with show, rules too: a line for `ipvsadm -R`.
                              (values: text, json, prometheus, rules; default: text)
      --quiet                 Write no result; errors and the exit status remain.
      --netns <name|path|pid> A network namespace, instead of the present one;
                              repeatable.
            A name in /run/netns or /run/docker/netns, the path of one, the number
            of a process, or host.
      --all-netns             All network namespaces: bound ones, and those in
                              which processes live.
      --in-use                Of these, or of all, only those with a virtual
                              service or a connection.
      --backend <backend>     The way to the timeouts: auto, netlink or ipvsadm.
                              (values: auto, netlink, ipvsadm; default: auto)
            auto takes netlink, and the program ipvsadm only where the kernel has
            no family IPVS.
      --ipvsadm <path>        The program ipvsadm, by its absolute path, if it is
                              not in /usr/sbin or /sbin.
      --version               Show the version.
      -h, --help              Show help information.


    """

  static let trying = """
    OVERVIEW: Set timeouts, run a command, and keep them only if it succeeds.

    The timeouts are set and read back, then the command runs, with the caller's
    environment and standard streams. If it exits with 0, they stay. If not, or if
    it cannot be started, is killed or interrupted, the old ones are put back, and
    its status is passed on (127: there is no such command; 126: it cannot be run;
    128 and the number of a signal that has killed it).

    With --confirm, somebody is asked on the terminal instead; without a yes in
    time the old timeouts are put back: for those who change a director over the
    very connection that they may cut.

    What another program has changed meanwhile stays as it is, and is told. Over
    several network namespaces, all are set or none. Other changes made by this
    program wait until this one is over. If this program itself is killed, its next
    call says how to finish what was left undone: `ipvs-timeout rollback`.

    Exit status 1: the answer was no. 75: --within is over, or there was no answer.
    That the result cannot be written changes no status: it says what has become of
    the timeouts.

    Examples:
      ipvs-timeout try 60 30 60 -- curl --fail --silent http://192.0.2.100/health
      ipvs-timeout try --udp 5s --within 30s -- ./smoke-test
      ipvs-timeout try --tcp 15m --confirm

    USAGE: ipvs-timeout try <tcp> <tcpfin> <udp> [<option> ...] -- <command> ...
           ipvs-timeout try --udp <time> [<option> ...] -- <command> ...
           ipvs-timeout try <tcp> <tcpfin> <udp> [<option> ...] --confirm

    ARGUMENTS:
      <time>                  The three timeouts tcp, tcpfin and udp, in this order.

    OPTIONS:
      --tcp <time>            The timeout of ESTABLISHED connections.
      --tcpfin <time>         The timeout of connections in FIN_WAIT.
      --udp <time>            The timeout of UDP connections.
      --within <time>         End the command, and what it has started, after this
                              time; with --confirm, wait so long for the answer
                              (60s).
      --confirm               Ask on the terminal, instead of running a command.
      --dry-run               Change nothing and run nothing; say what would change.
      --format <format>       How to write the result: text, json or prometheus;
                              with show, rules too: a line for `ipvsadm -R`.
                              (values: text, json, prometheus, rules; default: text)
      --quiet                 Write no result; errors and the exit status remain.
      --netns <name|path|pid> A network namespace, instead of the present one;
                              repeatable.
            A name in /run/netns or /run/docker/netns, the path of one, the number
            of a process, or host.
      --all-netns             All network namespaces: bound ones, and those in
                              which processes live.
      --in-use                Of these, or of all, only those with a virtual
                              service or a connection.
      --backend <backend>     The way to the timeouts: auto, netlink or ipvsadm.
                              (values: auto, netlink, ipvsadm; default: auto)
            auto takes netlink, and the program ipvsadm only where the kernel has
            no family IPVS.
      --ipvsadm <path>        The program ipvsadm, by its absolute path, if it is
                              not in /usr/sbin or /sbin.
      --version               Show the version.
      -h, --help              Show help information.


    """

  static let with = """
    OVERVIEW: Set timeouts, run a command, and put the old ones back, whatever
    happens.

    As `ipvs-timeout try`, but the old timeouts are put back also if the command
    succeeds. Its status is passed on.

    Examples:
      ipvs-timeout with --udp 5s -- ./deploy
      ipvs-timeout with --tcp 1m --netns ingress_sbox -- sh

    USAGE: ipvs-timeout with <tcp> <tcpfin> <udp> [<option> ...] -- <command> ...
           ipvs-timeout with --udp <time> [<option> ...] -- <command> ...

    ARGUMENTS:
      <time>                  The three timeouts tcp, tcpfin and udp, in this order.

    OPTIONS:
      --tcp <time>            The timeout of ESTABLISHED connections.
      --tcpfin <time>         The timeout of connections in FIN_WAIT.
      --udp <time>            The timeout of UDP connections.
      --dry-run               Change nothing and run nothing; say what would change.
      --format <format>       How to write the result: text, json or prometheus;
                              with show, rules too: a line for `ipvsadm -R`.
                              (values: text, json, prometheus, rules; default: text)
      --quiet                 Write no result; errors and the exit status remain.
      --netns <name|path|pid> A network namespace, instead of the present one;
                              repeatable.
            A name in /run/netns or /run/docker/netns, the path of one, the number
            of a process, or host.
      --all-netns             All network namespaces: bound ones, and those in
                              which processes live.
      --in-use                Of these, or of all, only those with a virtual
                              service or a connection.
      --backend <backend>     The way to the timeouts: auto, netlink or ipvsadm.
                              (values: auto, netlink, ipvsadm; default: auto)
            auto takes netlink, and the program ipvsadm only where the kernel has
            no family IPVS.
      --ipvsadm <path>        The program ipvsadm, by its absolute path, if it is
                              not in /usr/sbin or /sbin.
      --version               Show the version.
      -h, --help              Show help information.


    """

  static let putBack = """
    OVERVIEW: Put back what an earlier `try` or `with` has left set.

    What is still as it was set then becomes again what it was before; what has
    been changed since stays, and is told. Where nothing was left, nothing is done.

    USAGE: ipvs-timeout rollback [--keep] [--format <format>] [--quiet]

    OPTIONS:
      --keep                  Leave the timeouts as they are, and speak of it no
                              more.
      --format <format>       How to write the result: text, json or prometheus;
                              with show, rules too: a line for `ipvsadm -R`.
                              (values: text, json, prometheus, rules; default: text)
      --quiet                 Write no result; errors and the exit status remain.
      --version               Show the version.
      -h, --help              Show help information.


    """
}

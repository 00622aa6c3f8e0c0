// SPDX-License-Identifier: Apache-2.0

/// What the program prints when it is asked for help, word for word.
///
/// To renew a text after a change, print it with `swift run ipvs-timeout help set | cat` and put it here.
enum HelpTexts {
  static let root = """
    OVERVIEW: Show, set and verify the connection timeouts of Linux Virtual Server
    (IPVS).

    The three timeouts are those of `ipvsadm --set tcp tcpfin udp`: tcp governs the
    state ESTABLISHED, tcpfin FIN_WAIT, udp UDP. All other states, TIME_WAIT among
    them, are fixed by the kernel. A new timeout applies to a connection from its
    next packet on. Every network namespace has timeouts of its own.

    A timeout is written as whole seconds (900) or as a duration (90s, 15m, 1h30m,
    2d), from 1 s to 31 days; `default` is the kernel's own (900, 120, 300); `0` or
    `-` keeps a timeout as it is.

    ipvsadm's own forms work too, with its output, its messages and its exit
    statuses:
      ipvs-timeout --set 60 30 60
      ipvs-timeout -L --timeout

    Exit status: 0 done, or as wanted; 1 not as wanted; 64 the command line is
    wrong; 69 no IPVS here; 70 an unexpected reply; 71 the system refused; 75 no
    answer in time; 77 not permitted.

    USAGE: ipvs-timeout <subcommand>

    OPTIONS:
      --version               Show the version.
      -h, --help              Show help information.

    SUBCOMMANDS:
      show (default)          Print the timeouts (the default command).
      set                     Set timeouts, read them back, and say what was and
                              what is.
      verify                  Compare the timeouts with what they should be.

      See 'ipvs-timeout help <subcommand>' for detailed help.

    """

  static let show = """
    OVERVIEW: Print the timeouts (the default command).

    A timeout whose protocol the kernel was built without is printed as -, in JSON
    as null.

    USAGE: ipvs-timeout show [--format <format>] [--quiet] [--backend <backend>] [--ipvsadm <path>]

    OPTIONS:
      --format <format>       How to write the result: text, json or prometheus.
                              (values: text, json, prometheus; default: text)
      --quiet                 Write no result; errors and the exit status remain.
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

    USAGE: ipvs-timeout set [<time> ...] [--tcp <time>] [--tcpfin <time>] [--udp <time>] [--dry-run] [--format <format>] [--quiet] [--backend <backend>] [--ipvsadm <path>]

    ARGUMENTS:
      <time>                  The three timeouts tcp, tcpfin and udp, in this order.

    OPTIONS:
      --tcp <time>            The timeout of ESTABLISHED connections.
      --tcpfin <time>         The timeout of connections in FIN_WAIT.
      --udp <time>            The timeout of UDP connections.
      --dry-run               Change nothing; say what would change.
      --format <format>       How to write the result: text, json or prometheus.
                              (values: text, json, prometheus; default: text)
      --quiet                 Write no result; errors and the exit status remain.
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
    OVERVIEW: Compare the timeouts with what they should be.

    Exit status 0: they are so. 1: they are not; one line is printed for each that
    differs. A timeout that is kept (0, - or not named) may be anything.

    Examples:
      ipvs-timeout verify 60 30 60
      ipvs-timeout verify --udp 60 --quiet || echo drift

    USAGE: ipvs-timeout verify [<time> ...] [--tcp <time>] [--tcpfin <time>] [--udp <time>] [--format <format>] [--quiet] [--backend <backend>] [--ipvsadm <path>]

    ARGUMENTS:
      <time>                  The three timeouts tcp, tcpfin and udp, in this order.

    OPTIONS:
      --tcp <time>            The timeout of ESTABLISHED connections.
      --tcpfin <time>         The timeout of connections in FIN_WAIT.
      --udp <time>            The timeout of UDP connections.
      --format <format>       How to write the result: text, json or prometheus.
                              (values: text, json, prometheus; default: text)
      --quiet                 Write no result; errors and the exit status remain.
      --backend <backend>     The way to the timeouts: auto, netlink or ipvsadm.
                              (values: auto, netlink, ipvsadm; default: auto)
            auto takes netlink, and the program ipvsadm only where the kernel has
            no family IPVS.
      --ipvsadm <path>        The program ipvsadm, by its absolute path, if it is
                              not in /usr/sbin or /sbin.
      --version               Show the version.
      -h, --help              Show help information.


    """
}

// SPDX-License-Identifier: Apache-2.0

// `make manual` makes this file from the help of the argument parser. Do not edit it.

/// The help that needs no argument parser.
enum HelpText {
  /// The output of `ipvs-timeout --help` for 80 columns.
  static let general = #"""
    OVERVIEW: Show, set, verify, keep and explain the connection timeouts of Linux
    Virtual Server (IPVS).

    IPVS has three timeouts: tcp (for the state ESTABLISHED), tcpfin (for FIN_WAIT)
    and udp, in the order of `ipvsadm --set`. The kernel fixes the timers of all
    other states, such as TIME_WAIT. A new timeout applies to a connection when
    IPVS forwards its next packet.

    Write a timeout as whole seconds (900) or as a duration (90s, 15m, 1h30m, 2d),
    from 1 s to 31 days. `default` is the kernel's default (900, 120, 300). `0` or
    `-` keeps the current value.

    Each network namespace has its own timeouts. Use --netns or --all-netns to
    reach other namespaces, and a policy file to keep the values you want (see
    `ipvs-timeout help apply`).

    Examples:
      ipvs-timeout set 60 30 60
      ipvs-timeout verify 60 30 60

    ipvsadm's own forms work too, with ipvsadm's output, messages and exit
    statuses:
      ipvs-timeout --set 60 30 60
      ipvs-timeout -L --timeout

    Exit status: 0 done, or as wanted; 1 not as wanted; 64 to 78 an error. The
    manual page lists all of them: `man ipvs-timeout`. Guides: docs/README.md in
    the source.

    USAGE: ipvs-timeout [<options of show>]
           ipvs-timeout <command> [<options>]
           ipvs-timeout help <command>

    OPTIONS:
      --version               Show the version.
      -h, --help              Show help information.

    INSPECTION SUBCOMMANDS:
      show (default)          Print the timeouts.
      verify                  Compare the timeouts with the values you name, or
                              with the policy.
      connections             Report the timers of the live connections, and which
                              are outdated.
      doctor                  Check what may keep the timeouts from having an
                              effect.

    CHANGE SUBCOMMANDS:
      set                     Set timeouts, read them back, and report the old and
                              new values.
      renew                   Give idle connections the current timeouts
                              immediately.
      try                     Set timeouts, run a command, and keep them only if it
                              succeeds.
      with                    Set timeouts while a command runs, then restore the
                              old ones.
      rollback                Finish what a killed `try`, `with` or `renew` left
                              behind.

    POLICY SUBCOMMANDS:
      apply                   Apply the policy to every network namespace; change
                              only what differs.
      check-policy            Report what the policy sets in each network
                              namespace, and from which line.

      See 'ipvs-timeout help <subcommand>' for detailed help.

    """#
}

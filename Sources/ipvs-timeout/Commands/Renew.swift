// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Directors
internal import IPVS
internal import Linux

/// The command `ipvs-timeout renew`.
struct RenewCommand: InvocationCommand {
  static let name = "renew"

  static let configuration = CommandConfiguration(
    commandName: name,
    abstract: "Give idle connections the current timeouts immediately.",
    usage: "ipvs-timeout renew [--dry-run] [--yes] [<options>]",
    discussion: """
      After a change, a connection gets the new timeout at its next packet. An idle connection keeps its old timer: this \
      command gives it the new timeout immediately. It renews connections in ESTABLISHED, FIN_WAIT and UDP whose timer \
      is longer than the timeout allows. With --shorter it renews shorter timers, too: use this after a timeout was \
      raised. The kernel fixes the timers of all other states. With --renew, the commands set, apply, try and with \
      renew connections themselves.

      The connections stay, and so do the counters of the real servers. A renewed connection ends after the new timeout, or \
      up to an eighth later, unless a packet arrives. The command first reports how many connections it will renew, and how many of them were \
      silent for longer than the new timeout. If these are more than a tenth of all, it asks on a terminal, and \
      needs --yes without one. --yes neither counts first nor asks.

      While it works, a backup sync daemon of the kernel receives on the loopback interface (see ipvsadm(8), \
      --start-daemon). Nothing leaves the machine. If the program is killed, its next call reports how to stop the \
      daemon: `ipvs-timeout rollback`. If a backup daemon runs already, the connections belong to another director, and \
      nothing is renewed.

      Exit status 1: connections that should have a new timer have none.

      Examples:
        ipvs-timeout renew --dry-run
        ipvs-timeout renew --service 192.0.2.100:80
        ipvs-timeout renew --shorter --netns ingress_sbox
      """)

  @OptionGroup(title: OptionTitle.connections) var filter: FilterOptions

  @OptionGroup(title: OptionTitle.renewal) var options: RenewOptions

  @OptionGroup(title: OptionTitle.place) var namespaces: NamespaceOptions

  @OptionGroup(title: OptionTitle.output) var output: OutputOptions<TextFormat>

  func invocation() throws(Failure) -> Invocation {
    if options.shorter, options.timers.sinceLastPacket {
      throw .usage(
        "--since-last-packet needs the timeouts before they were raised, so --shorter cannot use it; use"
          + " `ipvs-timeout set … --renew --since-last-packet`")
    }
    var rule = RenewalRule()
    rule.filter = try filter.filter()
    rule.includesShorter = options.shorter
    rule.isSinceLastPacket = options.timers.sinceLastPacket
    return .renew(
      RenewRequest(
        renewal: Renewal(rule: rule, isConfirmed: options.timers.yes), isDryRun: options.change.dryRun,
        output: output.timeouts, access: Access(selection: namespaces.selection(default: .current))))
  }
}

/// The options of `renew` alone.
struct RenewOptions: ParsableArguments {
  @OptionGroup var change: ChangeOptions

  @Flag(help: "Renew connections with a shorter timer, too: after a timeout was raised.")
  var shorter = false

  @OptionGroup var timers: TimerOptions
}

/// How a renewal sets timers, and whether it asks.
struct TimerOptions: ParsableArguments {
  @Flag(
    help: ArgumentHelp(
      "Give each connection only the rest of its timeout since its last packet, at least 1 s; not the whole timeout."))
  var sinceLastPacket = false

  @Flag(help: "Renew without counting first, and without a question.")
  var yes = false
}

/// The options of a change that may renew connections.
struct RenewalOptions: ParsableArguments {
  @Flag(help: "Give idle connections the new timeouts immediately, as `ipvs-timeout renew` does.")
  var renew = false

  @OptionGroup var timers: TimerOptions

  /// How to renew connections; `nil` if that is not wanted.
  ///
  /// - Parameter backend: The backend of the command.
  /// - Returns: The way to renew them.
  /// - Throws: ``Failure``, when the options contradict each other.
  func renewal(_ backend: BackendChoice) throws(Failure) -> Renewal? {
    guard renew else {
      if timers.sinceLastPacket { throw .usage("--since-last-packet is about renewed connections; add --renew") }
      if timers.yes { throw .usage("--yes is about renewed connections; add --renew") }
      return nil
    }
    guard [.auto, .netlink].contains(backend) else {
      throw .usage("--renew works over netlink only; leave out --backend \(backend.rawValue)")
    }
    var rule = RenewalRule()
    rule.isSinceLastPacket = timers.sinceLastPacket
    return Renewal(rule: rule, isConfirmed: timers.yes)
  }
}

/// Renews connections, and prints how many.
struct RenewRequest: Hashable {
  var renewal: Renewal
  var isDryRun = false
  var output = TimeoutsOutput()
  var access = Access()

  /// - Throws: ``Failure``, for a failure that would be the same everywhere.
  func run() throws(Failure) -> ExitStatus {
    var context = CommandContext(access, output)
    let targets = try access.selection.targets(&context)
    let plans = targets.map { TargetTimeouts(target: $0, wanted: Timeouts()) }
    guard !isDryRun else {
      try renewal.report(plans, &context)
      return try context.finish()
    }
    return try renewal.confirmed(plans, context, isQuiet: output.isQuiet) { context, run throws(Failure) in
      try ChangeLock.withLock { () throws(Failure) in
        try context.forEach(targets) { context, target throws(DirectorError) in
          try run.renew(target, by: renewal.rule, for: RenewCommand.name, &context)
        }
      }
    }
  }
}

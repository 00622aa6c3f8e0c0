// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Directors
internal import IPVS
internal import Text

/// The command `ipvs-timeout try`.
struct TryCommand: TrialCommand {
  static let name = "try"
  static let takesTimeouts = true

  static let configuration = CommandConfiguration(
    commandName: name,
    abstract: "Set timeouts, run a command, and keep them only if it succeeds.",
    usage: """
      ipvs-timeout try <tcp> <tcpfin> <udp> [<options>] -- <command> ...
      ipvs-timeout try --udp <time> [<options>] -- <command> ...
      ipvs-timeout try <tcp> <tcpfin> <udp> [<options>] --confirm
      """,
    discussion: """
      The timeouts are set and read back. Then the command runs, with your environment and standard streams. If it \
      exits with status 0, the timeouts are kept. If it fails, cannot be started, or is killed or interrupted, the old \
      timeouts are restored, and the command's status is passed on (127: there is no such command; 126: it cannot be \
      run; 128 plus the number of a signal: the signal killed it).

      A check that runs at once proves nothing: a new timeout applies to a connection from its next packet on, and \
      ends only a connection that was idle for that time. Use --after with a time that is longer than the new timeouts.
      With --renew, idle connections get the new timeouts immediately, and the old ones again when those are restored \
      (see `ipvs-timeout help renew`).

      With --confirm, you are asked on the terminal instead. Unless you answer yes in time, the old timeouts are \
      restored. Use it when your own connection passes through the director.

      Values that another program changes during the trial are kept and reported. In several network namespaces, all \
      are set or none. Other changes by this program wait until the trial is over. If this program itself is killed, \
      its next call reports how to finish the trial: `ipvs-timeout rollback`.

      Exit status 1: the answer was no. 75: the time of --within was over, or there was no answer. A failure to write \
      the result does not change the exit status, which reports what happened to the timeouts.

      Examples:
        ipvs-timeout try 60 30 60 --after 70s -- ./smoke-test
        ipvs-timeout try --tcp 15m --confirm
      """)

  @OptionGroup(title: OptionTitle.timeouts) var timeouts: TimeoutValues

  @OptionGroup(title: OptionTitle.trial) var decision: TryOptions

  @OptionGroup var options: TrialOptions

  func invocation(running words: [String]) throws(Failure) -> Invocation {
    let (delay, limit) = (try decision.delay(), try decision.limit())
    guard decision.confirm else {
      try options.check(words, of: Self.name)
      return try options.invocation(timeouts, .trying(words, after: delay, within: limit))
    }
    guard words.isEmpty else { throw .usage("use either a command or --confirm, not both") }
    guard delay == nil else {
      throw .usage(
        "--after waits before a command, and --confirm runs none; wait as long as you like before you answer")
    }
    return try options.invocation(timeouts, .asking(within: limit ?? .seconds(60)))
  }
}

/// The options of `try` alone.
struct TryOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "End the command and its processes after this time. With --confirm, the time to answer (60s if not given).",
      valueName: "time"),
    completion: .times)
  var within: String?

  @Option(
    help: ArgumentHelp(
      "Wait this long before the command runs. Idle connections keep the old timers, so a command that runs at once"
        + " checks nothing new.",
      valueName: "time"),
    completion: .times)
  var after: String?

  @Flag(help: "Ask on the terminal, instead of running a command.")
  var confirm = false

  /// How long the command or the answer may take.
  ///
  /// - Throws: ``Failure``, when the value is not a time.
  func limit() throws(Failure) -> Duration? { try time(within, "--within") }

  /// How long to wait before the command runs.
  ///
  /// - Throws: ``Failure``, when the value is not a time.
  func delay() throws(Failure) -> Duration? { try time(after, "--after") }

  private func time(_ text: String?, _ option: String) throws(Failure) -> Duration? {
    guard let text else { return nil }
    guard let seconds = TimeoutText.seconds(text), Timeout.settableSeconds ~= seconds else {
      throw .usage("\(option) accepts a time from 1 s to 31 days (90, 90s, 15m), not \"\(text.printable)\"")
    }
    return .seconds(seconds)
  }
}

/// The command `ipvs-timeout with`.
struct WithCommand: TrialCommand {
  static let name = "with"
  static let takesTimeouts = true

  static let configuration = CommandConfiguration(
    commandName: name,
    abstract: "Set timeouts while a command runs, then restore the old ones.",
    usage: """
      ipvs-timeout with <tcp> <tcpfin> <udp> [<options>] -- <command> ...
      ipvs-timeout with --udp <time> [<options>] -- <command> ...
      """,
    discussion: """
      As `ipvs-timeout try`, but the old timeouts are restored even if the command succeeds. Its status is passed on.

      Examples:
        ipvs-timeout with --udp 5s -- ./deploy
        ipvs-timeout with --tcp 1m --netns ingress_sbox -- sh
      """)

  @OptionGroup(title: OptionTitle.timeouts) var timeouts: TimeoutValues

  @OptionGroup var options: TrialOptions

  func invocation(running words: [String]) throws(Failure) -> Invocation {
    try options.check(words, of: Self.name)
    return try options.invocation(timeouts, .running(words))
  }
}

/// A command of this program that runs another command, which is written after `--`.
protocol TrialCommand: NamedCommand {
  /// What the command line asks for.
  ///
  /// - Parameter words: The other command and its arguments. The parser would not accept them after values.
  /// - Returns: The same as for any other command.
  /// - Throws: ``Failure``, when the values do not make sense.
  func invocation(running words: [String]) throws(Failure) -> Invocation
}

/// The options that `try` and `with` share.
struct TrialOptions: ParsableArguments {
  @OptionGroup(title: OptionTitle.trial) var trial: DryTrialOption

  @OptionGroup(title: OptionTitle.renewal) var renewal: RenewalOptions

  @OptionGroup var common: CommonOptions<TextFormat>

  /// Refuses a command that cannot be run as written.
  ///
  /// - Parameters:
  ///   - words: The command and its arguments.
  ///   - command: The command of this program.
  /// - Throws: ``Failure``.
  func check(_ words: [String], of command: String) throws(Failure) {
    guard let name = words.first, !name.isEmpty else {
      throw .usage("a command is missing; write it after --, as in `ipvs-timeout \(command) --udp 5s -- ./deploy`")
    }
    // Bytes that are not UTF-8 became this character earlier, and would name another file.
    if let word = words.first(where: { $0.unicodeScalars.contains("\u{FFFD}") }) {
      throw .usage("the command's word \"\(word.printable)\" is not UTF-8; write the command into a script")
    }
  }

  /// The request of the command line.
  ///
  /// - Throws: ``Failure``, when no timeout is named.
  func invocation(_ timeouts: TimeoutValues, _ work: TrialRequest.Work) throws(Failure) -> Invocation {
    let wanted = try timeouts.timeouts(for: work.name)
    guard wanted != Timeouts() else { throw .usage("there is nothing to set; name at least one timeout") }
    return .trial(
      TrialRequest(
        wanted: wanted, work: work, isDryRun: trial.dryRun,
        renewal: try renewal.renewal(common.backend.backend), output: common.output.timeouts,
        access: common.access(default: .current)))
  }
}

/// The option of a trial that only reports.
struct DryTrialOption: ParsableArguments {
  @Flag(help: "Change nothing and run nothing; report what would change.")
  var dryRun = false
}

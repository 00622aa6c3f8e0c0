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
      ipvs-timeout try <tcp> <tcpfin> <udp> [<option> ...] -- <command> ...
      ipvs-timeout try --udp <time> [<option> ...] -- <command> ...
      ipvs-timeout try <tcp> <tcpfin> <udp> [<option> ...] --confirm
      """,
    discussion: """
      The timeouts are set and read back, then the command runs, with the caller's environment and standard streams. If \
      it exits with 0, they stay. If not, or if it cannot be started, is killed or interrupted, the old ones are put \
      back, and its status is passed on (127: there is no such command; 126: it cannot be run; 128 and the number of a \
      signal that has killed it).

      With --confirm, somebody is asked on the terminal instead; without a yes in time the old timeouts are put back: for \
      those who change a director over the very connection that they may cut.

      What another program has changed meanwhile stays as it is, and is told. Over several network namespaces, all are \
      set or none. Other changes made by this program wait until this one is over. If this program itself is killed, \
      its next call says how to finish what was left undone: `ipvs-timeout rollback`.

      Exit status 1: the answer was no. 75: --within is over, or there was no answer. That the result cannot be written \
      changes no status: it says what has become of the timeouts.

      Examples:
        ipvs-timeout try 60 30 60 -- curl --fail --silent http://192.0.2.100/health
        ipvs-timeout try --udp 5s --within 30s -- ./smoke-test
        ipvs-timeout try --tcp 15m --confirm
      """)

  @OptionGroup var timeouts: TimeoutValues

  @Option(
    help: ArgumentHelp(
      "End the command, and what it has started, after this time; with --confirm, wait so long for the answer (60s).",
      valueName: "time"))
  var within: String?

  @Flag(help: "Ask on the terminal, instead of running a command.")
  var confirm = false

  @OptionGroup var options: TrialOptions

  func invocation(running words: [String]) throws(Failure) -> Invocation {
    let limit = try limit()
    guard confirm else {
      try options.check(words, of: "try")
      return try options.invocation(timeouts, .trying(words, within: limit))
    }
    guard words.isEmpty else { throw .usage("either a command decides or --confirm, not both") }
    return try options.invocation(timeouts, .asking(within: limit ?? .seconds(60)))
  }

  private func limit() throws(Failure) -> Duration? {
    guard let within else { return nil }
    guard let seconds = TimeoutText.seconds(within), Timeout.settableSeconds ~= seconds else {
      throw .usage("--within takes a time from 1 s to 31 days (90, 90s, 15m), not \"\(within.printable)\"")
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
    abstract: "Set timeouts, run a command, and put the old ones back, whatever happens.",
    usage: """
      ipvs-timeout with <tcp> <tcpfin> <udp> [<option> ...] -- <command> ...
      ipvs-timeout with --udp <time> [<option> ...] -- <command> ...
      """,
    discussion: """
      As `ipvs-timeout try`, but the old timeouts are put back also if the command succeeds. Its status is passed on.

      Examples:
        ipvs-timeout with --udp 5s -- ./deploy
        ipvs-timeout with --tcp 1m --netns ingress_sbox -- sh
      """)

  @OptionGroup var timeouts: TimeoutValues

  @OptionGroup var options: TrialOptions

  func invocation(running words: [String]) throws(Failure) -> Invocation {
    try options.check(words, of: "with")
    return try options.invocation(timeouts, .running(words))
  }
}

/// A command of ours behind which, and `--`, another command stands.
protocol TrialCommand: NamedCommand {
  /// What it asks for.
  ///
  /// - Parameter words: The other command and its arguments; the parser would not take them beside values.
  /// - Returns: The same as for any other command.
  /// - Throws: ``Failure``, where its values make no sense.
  func invocation(running words: [String]) throws(Failure) -> Invocation
}

/// What `try` and `with` have in common.
struct TrialOptions: ParsableArguments {
  @Flag(help: "Change nothing and run nothing; say what would change.")
  var dryRun = false

  @OptionGroup var output: OutputOptions<TextFormat>

  @OptionGroup var access: AccessOptions

  /// Refuses a command that cannot be run as it is written.
  ///
  /// - Parameters:
  ///   - words: The command and its arguments.
  ///   - command: The command of ours.
  /// - Throws: ``Failure``.
  func check(_ words: [String], of command: String) throws(Failure) {
    guard let name = words.first, !name.isEmpty else {
      throw .usage("a command is needed behind --, as in `ipvs-timeout \(command) --udp 5s -- ./deploy`")
    }
    // Bytes that are not UTF-8 have become this on the way here, and would be another file's name.
    if let word = words.first(where: { $0.unicodeScalars.contains("\u{FFFD}") }) {
      throw .usage("the command's word \"\(word.printable)\" is not UTF-8; write the command into a script")
    }
  }

  /// What the command line asks for.
  ///
  /// - Throws: ``Failure``, when no timeout is named.
  func invocation(_ timeouts: TimeoutValues, _ meanwhile: TrialRequest.Meanwhile) throws(Failure) -> Invocation {
    let wanted = try timeouts.timeouts()
    guard wanted != Timeouts() else { throw .usage("there is nothing to set: name at least one timeout") }
    return .trial(
      TrialRequest(
        wanted: wanted, meanwhile: meanwhile, isDryRun: dryRun, output: output.timeouts,
        access: access.access(default: .current)))
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Directors
internal import Text

/// The command `ipvs-timeout try`.
struct TryCommand: TrialCommand {
  static let configuration = CommandConfiguration(
    commandName: "try",
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
      its next call says how to finish what was left undone: `ipvs-timeout put-back`.

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
    guard let seconds = TimeoutText.seconds(within), 1...2_678_400 ~= seconds else {
      throw .usage("--within takes a time from 1 s to 31 days (90, 90s, 15m), not \"\(within.printable)\"")
    }
    return .seconds(seconds)
  }
}

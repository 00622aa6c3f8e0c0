// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

/// The command `ipvs-timeout with`.
struct WithCommand: TrialCommand {
  static let configuration = CommandConfiguration(
    commandName: "with",
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

// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import IPVS

/// The command `ipvs-timeout verify`.
struct VerifyCommand: InvocationCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Compare the timeouts with what they should be.",
    discussion: """
      Exit status 0: they are so. 1: they are not; one line is printed for each that differs. A timeout that is kept \
      (0, - or not named) may be anything.

      Examples:
        ipvs-timeout verify 60 30 60
        ipvs-timeout verify --udp 60 --quiet || echo drift
      """)

  @OptionGroup var timeouts: TimeoutValues

  @OptionGroup var common: CommonOptions

  func invocation() throws(Failure) -> Invocation {
    let wanted = try timeouts.timeouts()
    guard wanted != Timeouts() else { throw .usage("there is nothing to compare: name at least one timeout") }
    return .verify(wanted, common.output, common.access)
  }
}

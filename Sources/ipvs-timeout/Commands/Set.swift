// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import IPVS

/// The command `ipvs-timeout set`.
struct SetCommand: InvocationCommand {
  static let name = "set"
  static let takesTimeouts = true

  static let configuration = CommandConfiguration(
    commandName: name,
    abstract: "Set timeouts, read them back, and say what was and what is.",
    discussion: """
      Only what is named is sent; the kernel keeps the rest. Setting what is already so is a success. If what is read \
      back is not what was set, that is an error (status 71).

      Examples:
        ipvs-timeout set 60 30 60
        ipvs-timeout set - - 5s
        ipvs-timeout set --tcp 15m --udp default
        ipvs-timeout set --tcp 2h --netns ingress_sbox
      """)

  @OptionGroup var timeouts: TimeoutValues

  @Flag(help: "Change nothing; say what would change.")
  var dryRun = false

  @OptionGroup var output: OutputOptions<MetricFormat>

  @OptionGroup var access: AccessOptions

  func invocation() throws(Failure) -> Invocation {
    .set(
      SetRequest(
        wanted: try timeouts.timeouts(), isDryRun: dryRun, output: output.timeouts,
        access: access.access(default: .current)))
  }
}

/// Sets the timeouts that are named and prints the old and the new ones.
struct SetRequest: Hashable {
  let wanted: Timeouts
  var isDryRun = false
  var output = TimeoutsOutput()
  var access = Access()

  /// - Throws: ``Failure``.
  func run() throws(Failure) -> ExitStatus { try access.perform(.set(isDryRun: isDryRun), wanted, output) }
}

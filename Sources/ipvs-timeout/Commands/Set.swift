// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import IPVS

/// The command `ipvs-timeout set`.
struct SetCommand: InvocationCommand {
  static let name = "\(TableCommand.set.text)"
  static let takesTimeouts = true

  static let configuration = CommandConfiguration(
    commandName: name,
    abstract: "Set timeouts, read them back, and report the old and new values.",
    usage: """
      ipvs-timeout set <tcp> <tcpfin> <udp> [<options>]
      ipvs-timeout set [--tcp <time>] [--tcpfin <time>] [--udp <time>] ...
      ipvs-timeout set default [<options>]
      """,
    discussion: """
      Only the values you name are sent; the kernel keeps the others. Setting a value that is already in effect \
      succeeds. If the values read back are not the values that were set, the exit status is 71.

      A new timeout applies to a connection when IPVS forwards its next packet. `ipvs-timeout connections` reports the \
      connections that still have an older timer, and --renew gives them the new timeout now (see \
      `ipvs-timeout help renew`).

      Examples:
        ipvs-timeout set 60 30 60
        ipvs-timeout set - - 5s
        ipvs-timeout set --tcp 15m --udp default
        ipvs-timeout set --tcp 2h15m --netns ingress_sbox --renew
      """)

  @OptionGroup(title: OptionTitle.timeouts) var timeouts: TimeoutValues

  @OptionGroup(title: OptionTitle.change) var change: ChangeOptions

  @OptionGroup(title: OptionTitle.renewal) var renewal: RenewalOptions

  @OptionGroup var common: CommonOptions<MetricFormat>

  func invocation() throws(Failure) -> Invocation {
    let request = SetRequest(
      wanted: try timeouts.timeouts(for: Self.name), isDryRun: change.dryRun, output: common.output.timeouts,
      access: common.access(default: .current))
    guard let renewal = try renewal.renewal(common.backend.backend) else { return .set(request) }
    return .setAndRenew(request, renewal)
  }
}

/// Sets timeouts and prints the old and new values.
struct SetRequest: Hashable {
  let wanted: Timeouts
  var isDryRun = false
  var output = TimeoutsOutput()
  var access = Access()

  /// - Throws: ``Failure``.
  func run() throws(Failure) -> ExitStatus {
    hinting(at: try access.perform(.set(isDryRun: isDryRun), wanted, output))
  }

  /// Renews connections, too.
  ///
  /// It is another function than ``run()``, which must stay small: most calls need it only.
  ///
  /// - Throws: ``Failure``.
  func run(then renewal: Renewal) throws(Failure) -> ExitStatus {
    hinting(at: try access.perform(.set(isDryRun: isDryRun), wanted, output, then: renewal, for: SetCommand.name))
  }

  /// Prints hints after a change that people read.
  ///
  /// Returns the exit status of the change.
  private func hinting(at status: ExitStatus) -> ExitStatus {
    if status == .success, !isDryRun, !output.isQuiet, output.format == .text { SetHints.print(wanted, access) }
    return status
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Directors
internal import IPVS
internal import SystemPackage

/// The command `ipvs-timeout verify`.
struct VerifyCommand: InvocationCommand {
  static let name = "\(TableCommand.verify.text)"
  static let takesTimeouts = true

  static let configuration = CommandConfiguration(
    commandName: name,
    abstract: "Compare the timeouts with the values you name, or with the policy.",
    usage: """
      ipvs-timeout verify [--policy <file>] [<options>]
      ipvs-timeout verify <tcp> <tcpfin> <udp> [<options>]
      ipvs-timeout verify [--tcp <time>] [--tcpfin <time>] [--udp <time>] ...
      """,
    discussion: """
      Exit status 0: the timeouts match. 1: they do not; each difference is printed on its own line. A timeout to keep \
      (0, - or not named) may have any value.

      Without values, every network namespace is compared with the policy file. `ipvs-timeout help apply` describes \
      that file.

      Examples:
        ipvs-timeout verify
        ipvs-timeout verify 60 30 60
        ipvs-timeout verify --udp 60 --quiet || echo drift
      """)

  @OptionGroup(title: OptionTitle.timeouts) var timeouts: TimeoutValues

  @OptionGroup(title: OptionTitle.policy) var policy: PolicyOption

  @OptionGroup var common: CommonOptions<MetricFormat>

  func invocation() throws(Failure) -> Invocation {
    if timeouts.isEmpty {
      return .verifyPolicy(
        VerifyPolicyRequest(
          path: policy.path ?? PolicyFile.usualPath, output: common.output.timeouts,
          access: common.access(default: .bound)))
    }
    guard policy.path == nil else { throw .usage("use either values or --policy, not both") }
    let wanted = try timeouts.timeouts(for: Self.name)
    guard wanted != Timeouts() else { throw .usage("there is nothing to compare; name at least one timeout") }
    return .verify(
      VerifyRequest(wanted: wanted, output: common.output.timeouts, access: common.access(default: .current)))
  }
}

/// Compares the timeouts with the named ones.
struct VerifyRequest: Hashable {
  let wanted: Timeouts
  var output = TimeoutsOutput()
  var access = Access()

  /// - Throws: ``Failure``.
  func run() throws(Failure) -> ExitStatus { try access.perform(.verify, wanted, output) }
}

/// Compares the timeouts of each namespace with the policy.
struct VerifyPolicyRequest: Hashable {
  let path: FilePath
  var output = TimeoutsOutput()
  var access = Access()

  /// - Throws: ``Failure``, with every error in the policy, or for a failure that would be the same everywhere.
  func run() throws(Failure) -> ExitStatus {
    let policy = try PolicyFile(read: path)
    var context = CommandContext(access, output)
    let scope = try policy.scope(access.selection, &context)
    scope.noteIfNothingIsWanted(output)
    try context.perform(.verify, scope.wanted)
    scope.noteUnmatched(output, &context)
    return try context.finish()
  }
}

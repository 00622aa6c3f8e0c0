// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Directors
internal import IPVS
internal import SystemPackage

/// The command `ipvs-timeout verify`.
struct VerifyCommand: InvocationCommand {
  static let name = "verify"
  static let takesTimeouts = true

  static let configuration = CommandConfiguration(
    commandName: name,
    abstract: "Compare the timeouts with what they should be: with values, or with the policy.",
    discussion: """
      Exit status 0: they are so. 1: they are not; one line is printed for each that differs. A timeout that is kept \
      (0, - or not named) may be anything. Without any value, every network namespace is compared with the policy \
      file, which `ipvs-timeout help apply` describes.

      Examples:
        ipvs-timeout verify
        ipvs-timeout verify 60 30 60
        ipvs-timeout verify --udp 60 --quiet || echo drift
      """)

  @OptionGroup var timeouts: TimeoutValues

  @Option(
    help: ArgumentHelp("Another policy file than /etc/ipvs-timeout.conf.", valueName: "file"), completion: .file())
  var policy: String?

  @OptionGroup var output: OutputOptions<MetricFormat>

  @OptionGroup var access: AccessOptions

  func invocation() throws(Failure) -> Invocation {
    if timeouts.isEmpty {
      return .verifyPolicy(
        VerifyPolicyRequest(
          path: policy.map { FilePath($0) } ?? PolicyFile.usualPath, output: output.timeouts,
          access: access.access(default: .bound)))
    }
    guard policy == nil else { throw .usage("compare either with values or with --policy, not with both") }
    let wanted = try timeouts.timeouts()
    guard wanted != Timeouts() else { throw .usage("there is nothing to compare: name at least one timeout") }
    return .verify(
      VerifyRequest(wanted: wanted, output: output.timeouts, access: access.access(default: .current)))
  }
}

/// Compares the timeouts with those that are named.
struct VerifyRequest: Hashable {
  let wanted: Timeouts
  var output = TimeoutsOutput()
  var access = Access()

  /// - Throws: ``Failure``.
  func run() throws(Failure) -> ExitStatus { try access.perform(.verify, wanted, output) }
}

/// Compares the timeouts of each namespace with what a policy wants there.
struct VerifyPolicyRequest: Hashable {
  let path: FilePath
  var output = TimeoutsOutput()
  var access = Access()

  /// - Throws: ``Failure``, with every mistake of the policy, or for what would be the same everywhere.
  func run() throws(Failure) -> ExitStatus {
    let policy = try PolicyFile(read: path)
    var context = CommandContext(access, output)
    let wanted = try policy.wanted(access.selection, &context)
    policy.noteIfNothingIsWanted(wanted, output)
    try context.perform(.verify, wanted)
    return try context.finish()
  }
}

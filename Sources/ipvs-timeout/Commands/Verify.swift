// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Directors
internal import IPVS
internal import SystemPackage

/// The command `ipvs-timeout verify`.
struct VerifyCommand: InvocationCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
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

  @OptionGroup var output: OutputOptions

  @OptionGroup var access: AccessOptions

  func invocation() throws(Failure) -> Invocation {
    let output = try output.output()
    if timeouts.isEmpty {
      return .verifyPolicy(policy.map { FilePath($0) } ?? PolicyFile.usualPath, output, access.access)
    }
    guard policy == nil else { throw .usage("compare either with values or with --policy, not with both") }
    let wanted = try timeouts.timeouts()
    guard wanted != Timeouts() else { throw .usage("there is nothing to compare: name at least one timeout") }
    return .verify(wanted, output, access.access)
  }
}

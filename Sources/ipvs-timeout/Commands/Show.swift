// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import IPVS

/// The command `ipvs-timeout show`.
struct ShowCommand: InvocationCommand {
  static let name = "\(TableCommand.show.text)"

  static let configuration = CommandConfiguration(
    commandName: name,
    abstract: "Print the timeouts.",
    usage: "ipvs-timeout show [<options>]",
    discussion: """
      If the kernel's IPVS was built without TCP or UDP, that timeout is printed as - (in JSON as null).

      Examples:
        ipvs-timeout show --all-netns
        ipvs-timeout show --netns ingress_sbox --format json
        ipvs-timeout show --format rules >> /etc/ipvsadm.rules
      """)

  @OptionGroup var common: CommonOptions<TimeoutsFormat>

  func invocation() throws(Failure) -> Invocation {
    let access = common.access(default: .current)
    guard common.output.format.namesNamespaces || access.selection.isOne else {
      throw .usage("--format rules is for one network namespace, because `ipvsadm -R` runs in one")
    }
    return .show(ShowRequest(output: common.output.timeouts, access: access))
  }
}

/// Reads the timeouts and prints them.
struct ShowRequest: Hashable {
  var output = TimeoutsOutput()
  var access = Access()

  /// - Throws: ``Failure``.
  func run() throws(Failure) -> ExitStatus { try access.perform(.show, Timeouts(), output) }
}

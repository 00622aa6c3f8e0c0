// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

/// The command `ipvs-timeout show`.
struct ShowCommand: InvocationCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Print the timeouts (the default command).",
    discussion: """
      A timeout whose protocol the kernel was built without is printed as -, in JSON as null.

      Examples:
        ipvs-timeout show --all-netns
        ipvs-timeout show --netns ingress_sbox --format json
        ipvs-timeout show --format rules >> /etc/ipvsadm.rules
      """)

  @OptionGroup var output: OutputOptions

  @OptionGroup var access: AccessOptions

  func invocation() throws(Failure) -> Invocation {
    let output = try output.output(Set(Format.allCases))
    guard output.format != .rules || access.namespaces.scope.isOne else {
      throw .usage("--format rules is for one network namespace: `ipvsadm -R` is run in one")
    }
    return .show(output, access.access)
  }
}

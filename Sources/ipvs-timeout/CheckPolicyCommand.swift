// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Policy
internal import SystemPackage

/// The command `ipvs-timeout check-policy`.
struct CheckPolicyCommand: InvocationCommand {
  static let configuration = CommandConfiguration(
    commandName: "check-policy",
    abstract: "Read the policy and say what each network namespace here would get, and from which line.",
    discussion: """
      Nothing is changed, and IPVS is not asked. Those are told of that a policy can mean: the present one and those \
      that are bound; with --all-netns also those in which only processes live. Exit status 0: the file has no \
      mistake. 78: it has; each is told with file, line and column.
      """)

  @Argument(help: ArgumentHelp("The policy file.", valueName: "file"), completion: .file())
  var file = PolicyFile.usualPath.string

  @OptionGroup var output: OutputOptions

  @OptionGroup var namespaces: NamespaceOptions

  func invocation() throws(Failure) -> Invocation {
    .checkPolicy(FilePath(file), try output.output([.text, .json]), namespaces.scope)
  }
}

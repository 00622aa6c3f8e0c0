// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Directors
internal import IPVS
internal import SystemPackage
internal import Text

/// The command `ipvs-timeout check-policy`.
struct CheckPolicyCommand: InvocationCommand {
  static let name = "check-policy"

  static let configuration = CommandConfiguration(
    commandName: name,
    abstract: "Report what the policy sets in each network namespace, and from which line.",
    usage: "ipvs-timeout check-policy [<file> | --policy <file>] [<options>]",
    discussion: """
      Nothing is changed, and IPVS is not asked. The result lists the namespaces that a policy can match: the current \
      one and the bound ones. With --all-netns it also lists the namespaces in which only processes live.

      Exit status 0: the file has no errors. 78: it has; each error is reported with file, line and column. \
      `ipvs-timeout help apply` describes the file.

      Examples:
        ipvs-timeout check-policy
        ipvs-timeout check-policy new.conf --netns ingress_sbox
      """)

  @OptionGroup(title: OptionTitle.policy) var policy: PolicyArguments

  @OptionGroup(title: OptionTitle.place) var namespaces: NamespaceOptions

  @OptionGroup(title: OptionTitle.output) var output: OutputOptions<TextFormat>

  func invocation() throws(Failure) -> Invocation {
    .checkPolicy(
      CheckPolicyRequest(
        path: policy.path, format: output.format, isQuiet: output.quiet,
        selection: namespaces.selection(default: .bound)))
  }
}

/// Reads a policy and prints the timeouts that it wants in each namespace, with their lines.
struct CheckPolicyRequest: Hashable {
  let path: FilePath
  var format = TextFormat.text
  var isQuiet = false
  var selection = NamespaceSelection(choice: .bound)

  /// - Throws: ``Failure``, with every error in the policy, or when the result cannot be written.
  func run() throws(Failure) -> ExitStatus {
    let policy = try PolicyFile(read: path)
    guard !isQuiet else { return .success }
    // The status is about the file. Failures to find namespaces are only reported.
    var context = CommandContext(Access(), TimeoutsOutput(format: TimeoutsFormat(format)))
    let scope = try policy.scope(selection, &context)
    try StandardStreams.print(PolicyReport(policy: policy, targets: scope.targets).render(format))
    scope.noteUnmatched(TimeoutsOutput(), &context)
    _ = try context.finish()
    return .success
  }
}

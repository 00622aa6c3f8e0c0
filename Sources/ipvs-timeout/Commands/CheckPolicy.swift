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
    abstract: "Read the policy and say what each network namespace here would get, and from which line.",
    discussion: """
      Nothing is changed, and IPVS is not asked. Those are told of that a policy can mean: the present one and those \
      that are bound; with --all-netns also those in which only processes live. Exit status 0: the file has no \
      mistake. 78: it has; each is told with file, line and column.
      """)

  @Argument(help: ArgumentHelp("The policy file.", valueName: "file"), completion: .file())
  var file = PolicyFile.usualPath.string

  @OptionGroup var output: OutputOptions<TextFormat>

  @OptionGroup var namespaces: NamespaceOptions

  func invocation() throws(Failure) -> Invocation {
    .checkPolicy(
      CheckPolicyRequest(
        path: FilePath(file), format: output.format, isQuiet: output.quiet,
        selection: namespaces.selection(default: .bound)))
  }
}

/// Reads a policy and prints what it wants in each namespace, and from which line.
struct CheckPolicyRequest: Hashable {
  let path: FilePath
  var format = TextFormat.text
  var isQuiet = false
  var selection = NamespaceSelection(choice: .bound)

  /// - Throws: ``Failure``, with every mistake of the policy, or when the result cannot be written.
  func run() throws(Failure) -> ExitStatus {
    let policy = try PolicyFile(read: path)
    guard !isQuiet else { return .success }
    // The status is about the file: what of this machine cannot be seen is reported, and that is all.
    var context = CommandContext(Access())
    let targets = try selection.targets(&context, findsNames: true)
    try StandardStreams.print(PolicyReport(policy: policy, targets: targets).render(format))
    _ = try context.finish()
    guard !selection.isNarrowed else { return .success }
    for line in policy.lines(thatMatchNoneOf: targets) {
      StandardStreams.report(
        "ipvs-timeout: \(path.string.printable):\(line.number): no network namespace here is "
          + "\"\(line.namespace.text.printable)\"")
    }
    return .success
  }
}

extension PolicyFile {
  fileprivate func lines(thatMatchNoneOf targets: [NamespaceTarget]) -> [PolicyLine] {
    lines.filter { line in !targets.contains { line.namespace.matches(isHost: $0.isHost, paths: $0.paths) } }
  }
}

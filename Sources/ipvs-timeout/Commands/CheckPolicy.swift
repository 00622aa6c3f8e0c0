// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Directors
internal import IPVS
internal import SystemPackage
internal import Text

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

extension PolicyFile {
  /// Says what it wants in each place, and from which line.
  ///
  /// - Throws: ``Failure``, when there is no list of the places or the result cannot be written.
  func explain(_ output: Invocation.Output, _ scope: NamespaceSelection) throws(Failure) -> ExitStatus {
    guard !output.isQuiet else { return .success }
    // The status is about the file: what of this machine could not be seen is told, and that is all.
    var round = CommandContext(output, Invocation.Access())
    let places = try scope.places(&round, isForPolicy: true)
    var text = TextBuffer()
    for place in places {
      let demand = demand(place)
      text.append(output.format == .json ? demand.json(place, path) : demand.sentence(place))
      text.append("\n")
    }
    try StandardStreams.print(text)
    _ = try round.finished()
    if scope.isNarrowed { return .success }
    for line in lines where !places.contains(where: { line.namespace.matches(isHost: $0.isHost, paths: $0.paths) }) {
      StandardStreams.report(
        "ipvs-timeout: \(path.string.printable):\(line.number): no network namespace here is "
          + "\"\(line.namespace.text.printable)\"")
    }
    return .success
  }
}

extension PolicyDemand {
  /// For people.
  fileprivate func sentence(_ place: NamespaceTarget) -> String {
    let parts = Timeouts.Name.allCases.compactMap { name in
      timeouts[name].flatMap { timeout in line(of: name).map { "\(name.rawValue) \(timeout.seconds) s (line \($0))" } }
    }
    return "\(place.name.printable): \(parts.isEmpty ? "nothing" : parts.joined(separator: ", "))"
  }

  /// One object; `docs/json.md` lists its keys.
  fileprivate func json(_ place: NamespaceTarget, _ path: FilePath) -> String {
    var lines = JSONObject()
    for name in Timeouts.Name.allCases {
      lines.add(name.rawValue, line(of: name).map { .number(UInt32(clamping: $0)) } ?? .null)
    }
    var object = JSONObject()
    object.add("netns", .string(place.name))
    object.add("policy", .string(path.string))
    object.add("wanted", timeouts.json)
    object.add("lines", .object(lines))
    return object.text
  }
}

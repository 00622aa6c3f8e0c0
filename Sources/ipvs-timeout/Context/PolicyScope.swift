// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import SystemPackage
internal import Text

/// What a policy wants in the network namespaces of a selection, and which of its lines match none of them.
struct PolicyScope {
  private let policy: PolicyFile
  /// The namespaces.
  private(set) var targets: [NamespaceTarget] = []
  /// The timeouts for each namespace in which the policy wants something, or which somebody has named.
  private(set) var wanted: [TargetTimeouts] = []
  /// The lines that have matched nothing so far; none where somebody has chosen among the namespaces.
  private var unmatched: [PolicyLine]
  /// The list that the namespaces are from.
  private var list: NamespaceList?

  fileprivate init(_ policy: PolicyFile, isNarrowed: Bool) {
    self.policy = policy
    unmatched = isNarrowed ? [] : policy.lines
  }

  /// Looks for the namespaces, perhaps once more.
  ///
  /// - Parameters:
  ///   - selection: The namespaces.
  ///   - context: Collects what cannot be seen.
  /// - Throws: ``Failure``, when the namespaces cannot be listed.
  mutating func update(_ selection: NamespaceSelection, _ context: inout CommandContext) throws(Failure) {
    (targets, list) = try selection.found(&context, for: policy)
    wanted = targets.map { TargetTimeouts(target: $0, wanted: policy.demand($0).timeouts) }
      .filter { selection.isNamed || $0.wanted != Timeouts() }
    unmatched.removeAll { line in
      context.unseen.contains(line)
        || targets.contains { line.namespace.matches(isHost: $0.isHost, paths: $0.paths) }
    }
  }

  /// Reports that a success does not mean much, where no line is left to report.
  func noteIfNothingIsWanted(_ output: TimeoutsOutput) {
    guard wanted.allSatisfy({ $0.wanted == Timeouts() }), unmatched.isEmpty, !output.isQuiet, !output.isChangedOnly
    else { return }
    StandardStreams.report(
      "ipvs-timeout: \(policy.path.string.printable) wants nothing in any of these network namespaces")
  }

  /// Reports each line that has matched nothing: without it, "as wanted" would say too much.
  ///
  /// - Parameters:
  ///   - output: Where only changes are reported, as each minute by a timer, a line for namespaces that may come later is
  ///     not reported, except one that names a file which is no namespace.
  ///   - context: Reports them.
  func noteUnmatched(_ output: TimeoutsOutput, _ context: inout CommandContext) {
    let leftovers = list?.leftovers.map(\.string) ?? []
    let hostPaths = targets.first(where: \.isHost)?.paths ?? []
    for line in unmatched where !output.isChangedOnly || line.leftover(in: leftovers) != nil {
      context.note(
        "\(policy.path.string.printable):\(line.number): \(line.mismatch(leftovers: leftovers, hostPaths: hostPaths))")
    }
  }
}

extension PolicyFile {
  /// Finds what the policy wants in the network namespaces of a selection.
  ///
  /// - Parameters:
  ///   - selection: The namespaces.
  ///   - context: Collects what cannot be seen.
  /// - Returns: What it wants.
  /// - Throws: ``Failure``, when the namespaces cannot be listed.
  func scope(_ selection: NamespaceSelection, _ context: inout CommandContext) throws(Failure) -> PolicyScope {
    var scope = PolicyScope(self, isNarrowed: selection.isNarrowed)
    try scope.update(selection, &context)
    return scope
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import Linux
internal import SystemPackage

/// In which network namespaces a command does its work.
struct NamespaceSelection: Hashable {
  /// How they are chosen.
  enum Choice: Hashable {
    /// The caller's own.
    case current
    /// These, each once.
    case named([NetworkNamespace])
    /// The caller's own and those that are bound somewhere: what a policy can match.
    case bound
    /// All that can be found, those in which only processes live included.
    case all
  }

  var choice = Choice.current
  /// Whether only those with a virtual service or a connection.
  var isInUseOnly = false

  /// Whether results say which namespace they are about.
  var showsNames: Bool { choice != .current }

  /// Whether somebody has named them one by one.
  var isNamed: Bool {
    if case .named = choice { true } else { false }
  }

  /// Whether it leaves out a namespace that a policy can match.
  var isNarrowed: Bool { isNamed || isInUseOnly }

  /// Whether it is one namespace.
  var isOne: Bool {
    switch choice {
    case .current: true
    case .named(let namespaces): namespaces.count == 1
    case .bound, .all: false
    }
  }
}

extension NamespaceSelection {
  /// Finds the namespaces.
  ///
  /// - Parameters:
  ///   - context: Collects what could not be seen.
  ///   - findsNames: Whether to look up under which names those are known that somebody has named, as a policy needs it.
  /// - Returns: A target for each.
  /// - Throws: ``Failure``, when they cannot be listed.
  func targets(_ context: inout CommandContext, findsNames: Bool = false) throws(Failure) -> [NamespaceTarget] {
    let targets: [NamespaceTarget]
    switch choice {
    case .current:
      targets = [NamespaceTarget(.current)]
    case .named(let namespaces):
      let list = findsNames ? try NamespaceList.read(includingProcesses: false) : nil
      targets = namespaces.map { NamespaceTarget($0, known: list?.info(for: $0)) }
    case .bound:
      targets = try NamespaceList.read(includingProcesses: false).namespaces.map(NamespaceTarget.init)
    case .all:
      let list = try NamespaceList.read(includingProcesses: true)
      targets = list.namespaces.map(NamespaceTarget.init)
      context.hiddenProcesses = list.hiddenProcesses
    }
    guard isInUseOnly else { return targets }
    var used: [NamespaceTarget] = []
    try context.forEach(targets, isEntering: true) { _, target throws(DirectorError) in
      do throws(IPVSError) {
        if try target.namespace.isInUse() { used.append(target) }
      } catch {
        throw .kernel(error)
      }
    }
    return used
  }
}

extension NamespaceList {
  fileprivate static func read(includingProcesses: Bool) throws(Failure) -> NamespaceList {
    do { return try NamespaceList(includingProcesses: includingProcesses) } catch { throw Failure(.kernel(error)) }
  }
}

/// A network namespace to which a command goes, and what it is called in the report.
struct NamespaceTarget: Hashable {
  let namespace: NetworkNamespace
  let name: String
  /// What is known of it, where it was looked up.
  let known: NamespaceInfo?

  /// A namespace that somebody has named.
  init(_ namespace: NetworkNamespace, known: NamespaceInfo? = nil) {
    self.namespace = namespace
    self.known = known
    name = namespace.description
  }

  /// A namespace that was found.
  init(_ known: NamespaceInfo) {
    namespace = known.namespace
    self.known = known
    name = known.name
  }

  /// Whether it is the namespace in which the program was started.
  var isHost: Bool { namespace.isOwn(known) }

  /// Where it is bound; where nothing is known of it, where it would be.
  var paths: [String] { namespace.paths(known) }
}

/// What is wanted in one namespace.
struct TargetTimeouts: Hashable {
  let target: NamespaceTarget
  let wanted: Timeouts

  /// What is wanted of which namespace, whatever that is called.
  var key: Key { Key(identity: target.known?.fileIdentity, wanted: wanted) }

  /// See ``TargetTimeouts/key``.
  struct Key: Hashable {
    let identity: NamespaceIdentity?
    let wanted: Timeouts
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import Linux
internal import SystemPackage

/// The network namespaces in which a command works.
struct NamespaceSelection: Hashable {
  /// How the namespaces are chosen.
  enum Choice: Hashable {
    /// The caller's own namespace.
    case current
    /// This namespace.
    case one(NetworkNamespace)
    /// These namespaces, each once, and more than one.
    case several([NetworkNamespace])
    /// The caller's own namespace and all bound ones: the namespaces that a policy can match.
    case bound
    /// All namespaces that can be found, including those with only processes in them.
    case all

    /// The namespaces that the command line names, each once.
    static func named(_ namespaces: [NetworkNamespace]) -> Choice {
      namespaces.count == 1 ? .one(namespaces[0]) : .several(namespaces)
    }
  }

  var choice = Choice.current
  /// Whether to skip namespaces without a virtual service or a connection.
  var isInUseOnly = false

  /// Whether results name their namespace.
  var showsNames: Bool { choice != .current }

  /// Whether the command line names each namespace.
  var isNamed: Bool {
    switch choice {
    case .one, .several: true
    case .current, .bound, .all: false
    }
  }

  /// Whether the selection leaves out namespaces that a policy can match.
  var isNarrowed: Bool { isNamed || isInUseOnly }

  /// Whether the selection is exactly one namespace.
  var isOne: Bool {
    switch choice {
    case .current, .one: true
    case .several, .bound, .all: false
    }
  }

  /// The only namespace, if it is known without looking for it.
  var only: NetworkNamespace? {
    guard !isInUseOnly else { return nil }
    return switch choice {
    case .current: .current
    case .one(let namespace): namespace
    case .several, .bound, .all: nil
    }
  }
}

extension NamespaceSelection {
  /// Finds the namespaces.
  ///
  /// - Parameters:
  ///   - context: Collects the namespaces that cannot be seen.
  ///   - isForMetrics: Whether the result is metrics. Then a namespace in which only processes live is left out if it is
  ///     not in use: each container would make new series, which are about nothing.
  /// - Returns: A target for each.
  /// - Throws: ``Failure``, when they cannot be listed.
  func targets(
    _ context: inout CommandContext, isForMetrics: Bool = false
  ) throws(Failure) -> [NamespaceTarget] {
    let targets = try found(&context).targets
    guard isForMetrics, choice == .all, !isInUseOnly else { return targets }
    return targets.filter { !$0.isOfProcesses } + (try used(targets.filter(\.isOfProcesses), &context))
  }

  /// Finds the namespaces.
  ///
  /// - Parameters:
  ///   - context: Collects the namespaces that cannot be seen.
  ///   - policy: The policy that decides about them, if one does. It may name namespaces at other paths,
  ///     and by other names than the command line.
  /// - Returns: A target for each, and the list that they are from, if there is one.
  /// - Throws: ``Failure``, when they cannot be listed.
  func found(
    _ context: inout CommandContext, for policy: PolicyFile? = nil
  ) throws(Failure) -> (targets: [NamespaceTarget], list: NamespaceList?) {
    let read: (list: NamespaceList, unread: [UnreadPolicyLine])? =
      switch choice {
      case .current: nil
      case .one, .several: policy == nil ? nil : try NamespaceList.read(includingProcesses: false, for: policy)
      case .bound: try NamespaceList.read(includingProcesses: false, for: policy)
      case .all: try NamespaceList.read(includingProcesses: true, for: policy)
      }
    let list = read?.list
    let targets: [NamespaceTarget] =
      switch choice {
      case .current: [NamespaceTarget(.current)]
      case .one(let namespace): [NamespaceTarget(namespace, known: list?.info(for: namespace))]
      case .several(let namespaces): namespaces.map { NamespaceTarget($0, known: list?.info(for: $0)) }
      case .bound, .all: list?.namespaces.map(NamespaceTarget.init) ?? []
      }
    if let read {
      context.unseen =
        isNamed
        ? UnseenNamespaces(unread: read.unread) : UnseenNamespaces(read.list, for: policy, unread: read.unread)
      // A director may well be a container. Then it has services. If something could not be seen, that is reported.
      if choice == .all, read.list.namespaces.count == 1, context.unseen == UnseenNamespaces(), Privilege.isInContainer,
        (try? NetworkNamespace.current.isInUse()) == false
      {
        context.note(
          "host is the network namespace of this container, and no other one can be seen; to see those of the node, run the"
            + " container with `--network host --cap-add NET_ADMIN --cap-add SYS_ADMIN -v /run/docker/netns:/run/docker/netns`"
        )
      }
    }
    return (isInUseOnly ? try used(targets, &context) : targets, list)
  }

  /// The namespaces that have a virtual service or a connection.
  private func used(
    _ targets: [NamespaceTarget], _ context: inout CommandContext
  ) throws(Failure) -> [NamespaceTarget] {
    var used: [NamespaceTarget] = []
    var answers = NetworkNamespace.areInUse(targets.map(\.namespace))[...]
    try context.forEach(targets, isEntering: true) { _, target throws(DirectorError) in
      do throws(IPVSError) {
        if try answers.removeFirst().get() { used.append(target) }
      } catch {
        throw .kernel(error)
      }
    }
    return used
  }
}

extension NamespaceList {
  fileprivate static func read(
    includingProcesses: Bool, for policy: PolicyFile?
  ) throws(Failure) -> (list: NamespaceList, unread: [UnreadPolicyLine]) {
    do throws(IPVSError) {
      var list = try NamespaceList(includingProcesses: includingProcesses)
      let unread = policy.map { list.add(boundBy: $0) } ?? []
      return (list, unread)
    } catch {
      throw Failure(.kernel(error))
    }
  }
}

/// A network namespace in which a command works, and its name in reports.
struct NamespaceTarget: Hashable {
  let namespace: NetworkNamespace
  let name: String
  /// Its names and identity, if they were looked up.
  let known: NamespaceInfo?

  /// A namespace from the command line.
  init(_ namespace: NetworkNamespace, known: NamespaceInfo? = nil) {
    self.namespace = namespace
    self.known = known
    name = namespace.description
  }

  /// A namespace with another name in reports.
  init(_ namespace: NetworkNamespace, name: String) {
    self.namespace = namespace
    self.name = name
    known = nil
  }

  /// A namespace from the list of namespaces.
  init(_ known: NamespaceInfo) {
    namespace = known.namespace
    self.known = known
    name = known.name
  }

  /// Whether the program was started in it.
  var isHost: Bool { namespace.isOwn(known) }

  /// Whether only processes live in it: no file is bound to it.
  fileprivate var isOfProcesses: Bool { if case .process = namespace { true } else { false } }

  /// The paths to which it is bound; if it was not looked up, the paths to which its name would be bound.
  var paths: [String] { namespace.paths(known) }

  /// The device and inode of its file; `nil` if they cannot be read, or if the file is not a namespace.
  var identity: NamespaceIdentity? {
    guard let identity = known?.fileIdentity ?? namespace.identity else { return nil }
    return identity.device == NamespaceTarget.device ? identity : nil
  }

  /// The name in metrics.
  ///
  /// It has no number of a process, because that changes while the namespace stays the same. A namespace to which no file
  /// is bound has the name that the kernel gives it: `net:[4026532169]`.
  var metricName: String {
    switch namespace {
    case .current: name
    case .named: isOfNamedProcess ? identity?.description ?? name : name
    case .process: identity?.description ?? name
    case .path(let path) where path.starts(with: "/proc"):
      ProcessPath(path)?.inside.string ?? identity?.description ?? name
    case .path: name
    }
  }

  /// Whether its name is a number that means a process: no file has that name.
  private var isOfNamedProcess: Bool {
    namespace.bindings.isEmpty && known?.paths.isEmpty != false
      && NamespaceIdentity.first(of: namespace.files)?.path.starts(with: "/proc") == true
  }

  /// The device of the kernel's file system for namespaces, which is the same for all of them.
  private static let device = NamespaceIdentity.own?.device
}

/// The timeouts wanted in one namespace.
struct TargetTimeouts: Hashable {
  let target: NamespaceTarget
  let wanted: Timeouts

  /// The namespace by its identity, and the timeouts wanted there.
  ///
  /// It does not depend on the name.
  var key: Key { Key(identity: target.known?.fileIdentity, wanted: wanted) }

  /// See ``TargetTimeouts/key``.
  struct Key: Hashable {
    let identity: NamespaceIdentity?
    let wanted: Timeouts
  }
}

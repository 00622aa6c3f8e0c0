// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import Linux
internal import SystemPackage

/// In which network namespaces a command does its work.
struct NamespaceSelection: Hashable {
  /// How they are chosen.
  enum Choice: Hashable {
    /// Nobody has said: the caller's own, or for what goes by the policy all that it can mean, which are those that
    /// are bound somewhere, and the caller's own.
    case unsaid
    /// These, each once.
    case these([NetworkNamespace])
    /// All that can be found.
    case all
  }

  var choice = Choice.unsaid
  /// Whether only those with a virtual service or a connection.
  var isInUseOnly = false

  /// Whether somebody has named them.
  var isNamed: Bool {
    if case .these = choice { true } else { false }
  }

  /// Whether it is less than all that a policy can mean.
  var isNarrowed: Bool { isNamed || isInUseOnly }

  /// Whether it is one namespace.
  var isOne: Bool {
    switch choice {
    case .unsaid: true
    case .these(let namespaces): namespaces.count == 1
    case .all: false
    }
  }
}

extension NamespaceSelection {
  /// Finds the places that are meant, to be reported on in a round.
  ///
  /// - Parameters:
  ///   - round: Is told of what could not be seen.
  ///   - isForPolicy: Whether it matters under which names they are known.
  /// - Returns: The places.
  /// - Throws: ``Failure``, when there is no list of them.
  func places(_ round: inout CommandContext, isForPolicy: Bool = false) throws(Failure) -> [NamespaceTarget] {
    let places: [NamespaceTarget]
    switch choice {
    case .unsaid:
      places = try NamespaceSelection.boundPlaces()
    case .these(let namespaces) where isForPolicy:
      let listing = try NamespaceList.made(includingProcesses: false)
      places = namespaces.map { NamespaceTarget($0, known: listing.known($0)) }
    case .these(let namespaces):
      places = namespaces.map { NamespaceTarget($0) }
    case .all:
      let listing = try NamespaceList.made(includingProcesses: true)
      places = listing.namespaces.map(NamespaceTarget.init)
      round.hiddenProcesses = listing.hiddenProcesses
    }
    guard isInUseOnly else { return places }
    var placesInUse: [NamespaceTarget] = []
    for place in places where try round.isInUse(place) { placesInUse.append(place) }
    return placesInUse
  }

  /// The caller's own namespace and those that are bound somewhere.
  ///
  /// - Throws: ``Failure``, when there is no list of them.
  static func boundPlaces() throws(Failure) -> [NamespaceTarget] {
    try NamespaceList.made(includingProcesses: false).namespaces.map(NamespaceTarget.init)
  }
}

extension NamespaceList {
  fileprivate static func made(includingProcesses: Bool) throws(Failure) -> NamespaceList {
    do { return try NamespaceList(includingProcesses: includingProcesses) } catch { throw Failure(.kernel(error)) }
  }
}

extension CommandContext {
  /// Whether IPVS has anything in this place; where that cannot be seen, it is noted and not.
  ///
  /// - Throws: ``Failure``, for what would be the same everywhere.
  fileprivate mutating func isInUse(_ place: NamespaceTarget) throws(Failure) -> Bool {
    do throws(IPVSError) {
      return try place.namespace.isInUse()
    } catch {
      let failure = Failure(.kernel(error))
      guard !DirectorError.kernel(error).isSameEverywhere else { throw failure }
      note(failure)
      return false
    }
  }
}

/// A network namespace that a command goes to, and what it is called in the report.
struct NamespaceTarget: Hashable {
  let namespace: NetworkNamespace
  let name: String
  /// What is known of it, where it was looked up.
  let known: NamespaceInfo?

  /// One that somebody has named.
  init(_ namespace: NetworkNamespace, known: NamespaceInfo? = nil) {
    self.namespace = namespace
    self.known = known
    name = namespace.description
  }

  /// One that was found.
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

/// What is wanted in one place.
struct TargetTimeouts: Hashable {
  let place: NamespaceTarget
  let wanted: Timeouts

  /// What is wanted of which namespace, whatever it is called.
  var key: Key { Key(identity: place.known?.fileIdentity, wanted: wanted) }

  /// See ``TargetTimeouts/key``.
  struct Key: Hashable {
    let identity: NamespaceIdentity?
    let wanted: Timeouts
  }
}

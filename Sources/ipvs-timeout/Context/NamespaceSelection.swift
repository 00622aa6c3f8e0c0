// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import Linux
internal import SystemPackage

/// In which network namespaces a command does its work.
struct Scope: Hashable {
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

extension Scope {
  /// Finds the places that are meant, to be reported on in a round.
  ///
  /// - Parameters:
  ///   - round: Is told of what could not be seen.
  ///   - isForPolicy: Whether it matters under which names they are known.
  /// - Returns: The places.
  /// - Throws: ``Failure``, when there is no list of them.
  func places(_ round: inout Round, isForPolicy: Bool = false) throws(Failure) -> [Place] {
    let places: [Place]
    switch choice {
    case .unsaid:
      places = try Scope.boundPlaces()
    case .these(let namespaces) where isForPolicy:
      let listing = try NamespaceListing.made(isWithProcesses: false)
      places = namespaces.map { Place($0, known: listing.known($0)) }
    case .these(let namespaces):
      places = namespaces.map { Place($0) }
    case .all:
      let listing = try NamespaceListing.made(isWithProcesses: true)
      places = listing.namespaces.map(Place.init)
      round.hiddenProcesses = listing.hiddenProcesses
    }
    guard isInUseOnly else { return places }
    var placesInUse: [Place] = []
    for place in places where try round.isInUse(place) { placesInUse.append(place) }
    return placesInUse
  }

  /// The caller's own namespace and those that are bound somewhere.
  ///
  /// - Throws: ``Failure``, when there is no list of them.
  static func boundPlaces() throws(Failure) -> [Place] {
    try NamespaceListing.made(isWithProcesses: false).namespaces.map(Place.init)
  }
}

extension NamespaceListing {
  fileprivate static func made(isWithProcesses: Bool) throws(Failure) -> NamespaceListing {
    do { return try NamespaceListing(isWithProcesses: isWithProcesses) } catch { throw Failure(.netlink(error)) }
  }
}

extension Round {
  /// Whether IPVS has anything in this place; where that cannot be seen, it is noted and not.
  ///
  /// - Throws: ``Failure``, for what would be the same everywhere.
  fileprivate mutating func isInUse(_ place: Place) throws(Failure) -> Bool {
    do throws(IPVSError) {
      return try place.namespace.isInUse()
    } catch {
      let failure = Failure(.netlink(error))
      guard !BackendError.netlink(error).isAboutCaller else { throw failure }
      note(failure)
      return false
    }
  }
}

/// A network namespace that a command goes to, and what it is called in the report.
struct Place: Hashable {
  let namespace: NetworkNamespace
  let name: String
  /// What is known of it, where it was looked up.
  let known: KnownNamespace?

  /// One that somebody has named.
  init(_ namespace: NetworkNamespace, known: KnownNamespace? = nil) {
    self.namespace = namespace
    self.known = known
    name = namespace.description
  }

  /// One that was found.
  init(_ known: KnownNamespace) {
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
struct Aim: Hashable {
  let place: Place
  let wanted: Timeouts

  /// What is wanted of which namespace, whatever it is called.
  var purpose: Purpose { Purpose(identity: place.known?.fileIdentity, wanted: wanted) }

  /// See ``Aim/purpose``.
  struct Purpose: Hashable {
    let identity: NamespaceIdentity?
    let wanted: Timeouts
  }
}

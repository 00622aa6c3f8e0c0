// SPDX-License-Identifier: Apache-2.0

internal import IPVS
internal import SystemPackage

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
  var purpose: Purpose { Purpose(identity: place.known?.identity, wanted: wanted) }

  /// See ``Aim/purpose``.
  struct Purpose: Hashable {
    let identity: KnownNamespace.Identity?
    let wanted: Timeouts
  }
}

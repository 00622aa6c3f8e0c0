// SPDX-License-Identifier: Apache-2.0

internal import Changes
internal import Directors
internal import IPVS

/// What was set for a while in one network namespace, to be put back there.
struct Stake {
  let place: Place
  /// Which namespace it is; `nil` where that could not be seen.
  let identity: KnownNamespace.Identity?
  let before: Timeouts
  /// What was set; a timeout that is not named was not touched.
  let set: Timeouts

  /// The stake as it is written down.
  var record: TrialRecord.Stake {
    TrialRecord.Stake(name: place.name, identity: identity, before: before, set: set)
  }

  /// The command that puts it back.
  var command: String {
    let values = Timeouts.Name.allCases.map { name in
      set[name] == nil ? "-" : before[name].map { "\($0.seconds)" } ?? "-"
    }
    return "ipvs-timeout set \(values.joined(separator: " "))\(place.namespace.option)"
  }

  init(_ place: Place, before: Timeouts, set: Timeouts) {
    self.place = place
    identity = place.namespace.identity
    self.before = before
    self.set = set
  }

  /// The stake that was written down.
  init(_ record: TrialRecord.Stake) {
    place = Place(NetworkNamespace(record.name))
    identity = record.identity
    before = record.before
    set = record.set
  }

  /// The way to the namespace today: that of then, if it still leads there, or else any other; `nil` where it has gone.
  ///
  /// - Throws: ``IPVSError``, when there is no list of them.
  func namespace() throws(IPVSError) -> NetworkNamespace? {
    guard let identity, place.namespace.identity != identity else { return place.namespace }
    return try NamespaceListing().namespaces.first { $0.identity == identity }?.namespace
  }
}

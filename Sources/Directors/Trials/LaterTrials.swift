// SPDX-License-Identifier: Apache-2.0

internal import Linux

/// The trials that must be finished before earlier ones, in the order in which they were found.
///
/// Records may have many namespaces, so each namespace is found by its identity or its name.
struct LaterTrials {
  /// For each trial the one that still runs and for which it waits: itself, or a later one; `nil` if it has failed.
  private var running: [RunningTrial?] = []
  /// The first trial whose namespaces are not known.
  private var unknown: Int?
  /// The first trial of each namespace with an identity.
  private var identities: [NamespaceIdentity: Int] = [:]
  /// The first trial of each namespace with an identity and a cookie.
  private var fingerprints: [NamespaceFingerprint: Int] = [:]
  /// The first trial of each namespace with an identity, but without a cookie.
  private var withoutCookie: [NamespaceIdentity: Int] = [:]
  /// The first trial of each namespace by its name.
  private var names: [String: Int] = [:]
  /// The first trial of each namespace by its name, if it has no identity.
  private var namesAlone: [String: Int] = [:]

  /// Adds a trial.
  ///
  /// - Parameters:
  ///   - snapshots: The timeouts that it will restore; `nil` if they are not known.
  ///   - trial: The trial that still runs and for which it waits: itself, or a later one; `nil` if it has failed.
  mutating func append(_ snapshots: [TrialSnapshot]?, running trial: RunningTrial?) {
    let number = running.count
    running.append(trial)
    guard let snapshots else {
      unknown = unknown ?? number
      return
    }
    for snapshot in snapshots {
      names.add(snapshot.name, number)
      guard let fingerprint = snapshot.fingerprint else {
        namesAlone.add(snapshot.name, number)
        continue
      }
      identities.add(fingerprint.identity, number)
      if fingerprint.cookie == nil {
        withoutCookie.add(fingerprint.identity, number)
      } else {
        fingerprints.add(fingerprint, number)
      }
    }
  }

  /// The first trial that has timeouts of the same namespace as one of these.
  ///
  /// - Returns: The trial that still runs and for which it waits, if any; `nil` if there is no such trial.
  func first(concerning snapshots: [TrialSnapshot]) -> RunningTrial?? {
    guard !snapshots.isEmpty else { return nil }
    let numbers = snapshots.lazy.compactMap(number)
    return ([unknown, numbers.min()].compactMap(\.self)).min().map { running[$0] }
  }

  /// The first trial that has timeouts of the same namespace.
  private func number(_ snapshot: TrialSnapshot) -> Int? {
    guard let fingerprint = snapshot.fingerprint else { return names[snapshot.name] }
    let found =
      fingerprint.cookie == nil
      ? [identities[fingerprint.identity]] : [fingerprints[fingerprint], withoutCookie[fingerprint.identity]]
    return (found + [namesAlone[snapshot.name]]).compactMap(\.self).min()
  }
}

extension Dictionary where Value == Int {
  /// Adds a number, unless the key has an earlier one.
  fileprivate mutating func add(_ key: Key, _ number: Int) { if self[key] == nil { self[key] = number } }
}

/// A trial whose process lives.
struct RunningTrial {
  let path: String
  let number: UInt64
  /// Its record; `nil` if it cannot be read.
  let record: TrialRecord?

  /// Its process; `nil` if that is not visible.
  var holder: LockHolder? { LockHolder(ofFileAt: path) }
}

// SPDX-License-Identifier: Apache-2.0

/// Counts for keys of which there may be any number, in memory that does not grow without bound.
///
/// When there are too many keys, those with the smaller counts, at least half, are given up, and only their sum is kept
/// (lossy counting). A key that is met again begins anew, so a count may be too small, but by no more than ``missed``; where
/// a few keys stand out from the others, it is not worth mentioning.
struct BoundedTally<Key: Hashable & Sendable>: Sendable {
  /// What is counted for one key.
  struct Entry: Sendable {
    /// The sockets.
    var counts = SocketCounts()
    /// Of them, those on an ephemeral port: in TIME_WAIT, in SYN_SENT, and the others.
    var ports = (open: UInt32(0), synSent: UInt32(0), timeWait: UInt32(0))
  }

  /// How many keys are kept.
  private let capacity: Int
  private(set) var entries: [Key: Entry] = [:]
  /// The sum of what was given up.
  private(set) var rest = SocketCounts()
  /// By how many a count may be too small.
  private(set) var missed = 0

  init(capacity: Int) {
    self.capacity = capacity
  }

  /// Counts a socket for a key.
  mutating func add(_ key: Key, _ socket: HostSocket, isEphemeral: Bool) {
    if let known = entries.index(forKey: key) {
      entries.values[known].add(socket, isEphemeral: isEphemeral)
      return
    }
    if entries.count == capacity { giveUpSmaller() }
    var entry = Entry()
    entry.add(socket, isEphemeral: isEphemeral)
    entries[key] = entry
  }

  private mutating func giveUpSmaller() {
    let median = entries.values.map(\.counts.total).sorted()[capacity / 2]
    for entry in entries.values where entry.counts.total <= median { rest += entry.counts }
    entries = entries.filter { $0.value.counts.total > median }
    missed += median
  }
}

extension BoundedTally.Entry {
  fileprivate mutating func add(_ socket: HostSocket, isEphemeral: Bool) {
    counts.add(socket)
    guard isEphemeral else { return }
    switch socket.state {
    case .timeWait: ports.timeWait &+= 1
    case .synSent: ports.synSent &+= 1
    default: ports.open &+= 1
    }
  }
}

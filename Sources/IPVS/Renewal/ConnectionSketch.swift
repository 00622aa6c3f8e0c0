// SPDX-License-Identifier: Apache-2.0

/// A set of connections in a fixed amount of memory, at the price that it may hold a few that were never added: a Bloom
/// filter.
///
/// With 100 000 connections, fewer than one in a million others seems to be in it; with a million, two in a thousand.
struct ConnectionSketch {
  private static let bitsLog2: UInt64 = 24
  private static let hashes: UInt64 = 4
  private var words: [UInt64] = []

  /// Whether nothing was added.
  var isEmpty: Bool { words.isEmpty }

  /// Whether the set holds a connection.
  func contains(_ connection: Connection) -> Bool {
    if isEmpty { return false }
    let key = Key(connection)
    for number in 0..<ConnectionSketch.hashes {
      let bit = key.bit(number)
      if words[Int(bit >> 6)] & (1 << (bit & 63)) == 0 { return false }
    }
    return true
  }

  /// Adds a connection.
  ///
  /// - Returns: Whether it was not in the set.
  @discardableResult
  mutating func insert(_ connection: Connection) -> Bool {
    if isEmpty { words = [UInt64](repeating: 0, count: 1 << (ConnectionSketch.bitsLog2 - 6)) }
    let key = Key(connection)
    var isNew = false
    for number in 0..<ConnectionSketch.hashes {
      let bit = key.bit(number)
      let mask: UInt64 = 1 << (bit & 63)
      if words[Int(bit >> 6)] & mask == 0 {
        words[Int(bit >> 6)] |= mask
        isNew = true
      }
    }
    return isNew
  }

  /// The hash of a connection, independent of its state and timer.
  private struct Key {
    private let first: UInt64
    private let second: UInt64

    init(_ connection: Connection) {
      var hasher = Hasher()
      hasher.combine(connection.transport)
      hasher.combine(connection.client)
      hasher.combine(connection.service)
      let hash = UInt64(bitPattern: Int64(hasher.finalize()))
      first = hash >> 32
      second = hash & 0xFFFF_FFFF | 1
    }

    func bit(_ number: UInt64) -> UInt64 { (first &+ number &* second) & (1 << ConnectionSketch.bitsLog2 - 1) }
  }
}

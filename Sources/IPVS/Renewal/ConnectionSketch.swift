// SPDX-License-Identifier: Apache-2.0

/// A set of connections in a fixed amount of memory, at the price that it may hold a few that were never added: a Bloom
/// filter, whose bits for one connection are in one line of the processor's cache.
///
/// With 100 000 connections, fewer than one in a million others seems to be in it; with a million, about one in a
/// thousand.
struct ConnectionSketch {
  private static let blocksLog2: UInt64 = 15
  private static let wordsPerBlock = 8
  private static let bits = 6
  private var words: [UInt64] = []

  /// Whether nothing was added.
  var isEmpty: Bool { words.isEmpty }

  /// Whether the set holds a connection.
  func contains(_ key: Key) -> Bool {
    if isEmpty { return false }
    for number in 0..<ConnectionSketch.bits where words[key.word(number)] & key.mask(number) == 0 { return false }
    return true
  }

  /// Adds a connection.
  ///
  /// - Returns: Whether it was not in the set.
  @discardableResult
  mutating func insert(_ key: Key) -> Bool {
    if isEmpty {
      words = [UInt64](repeating: 0, count: ConnectionSketch.wordsPerBlock << ConnectionSketch.blocksLog2)
    }
    var isNew = false
    for number in 0..<ConnectionSketch.bits {
      let (word, mask) = (key.word(number), key.mask(number))
      if words[word] & mask == 0 {
        words[word] |= mask
        isNew = true
      }
    }
    return isNew
  }

  /// The hash of a connection, independent of its state and timer.
  ///
  /// It is computed for each entry of the table, so it does not use `Hasher`. A random seed keeps others from choosing
  /// connections that look alike.
  struct Key: Hashable {
    private static let seed = UInt64.random(in: .min ... .max)
    private let first: UInt64
    private let second: UInt64

    init(_ connection: Connection) {
      var hash = Key.seed ^ UInt64(connection.client.port) << 32 ^ UInt64(connection.service.port) << 16
      hash = Key.mixed(hash ^ (connection.transport == .udp ? 1 : 0))
      hash = Key.mixed(hash ^ connection.client.address.bits.low)
      hash = Key.mixed(hash ^ connection.client.address.bits.high)
      hash = Key.mixed(hash ^ connection.service.address.bits.low)
      first = Key.mixed(hash ^ connection.service.address.bits.high)
      second = Key.mixed(first)
    }

    /// Spreads each bit over all others.
    private static func mixed(_ value: UInt64) -> UInt64 {
      var value = (value ^ value >> 32) &* 0xD6E8_FEB8_6659_FD93
      value = (value ^ value >> 32) &* 0xD6E8_FEB8_6659_FD93
      return value ^ value >> 32
    }

    /// Each bit has nine bits of the second hash: three for its word in the block, and six for its place there.
    fileprivate func word(_ number: Int) -> Int {
      let block = Int(truncatingIfNeeded: first >> (64 - ConnectionSketch.blocksLog2))
      return block * ConnectionSketch.wordsPerBlock + Int(truncatingIfNeeded: second >> UInt64(number * 9) & 7)
    }

    fileprivate func mask(_ number: Int) -> UInt64 { 1 << (second >> UInt64(number * 9 + 3) & 63) }
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import Linux

/// The positions of the elements of an array, found by their hashes.
///
/// It is not a dictionary: the Swift runtime would search the whole executable for the conformance of its keys, which
/// costs more than listing some network namespaces. See `docs/contributing/performance.md`.
struct PositionTable: Sendable {
  /// A position and one more, or 0 for a free slot; a power of two of them.
  private var slots: [Int] = []
  private var hashes: [Int] = []

  /// Finds the position of an element.
  ///
  /// - Parameters:
  ///   - hash: The hash of the element.
  ///   - isElement: Whether the element at a position is this one.
  /// - Returns: The position; `nil` if the element is not in the table.
  func position(hash: Int, where isElement: (Int) -> Bool) -> Int? {
    guard !slots.isEmpty else { return nil }
    var index = hash & (slots.count - 1)
    while slots[index] > 0 {
      if hashes[index] == hash, isElement(slots[index] - 1) { return slots[index] - 1 }
      index = (index + 1) & (slots.count - 1)
    }
    return nil
  }

  /// Adds the position of an element that is not in the table.
  ///
  /// - Parameters:
  ///   - position: The number of elements that were added before.
  ///   - hash: The hash of the element.
  mutating func add(_ position: Int, hash: Int) {
    if position * 2 >= slots.count { grow() }
    put(position + 1, hash: hash)
  }

  private mutating func grow() {
    let (oldSlots, oldHashes) = (slots, hashes)
    let size = max(64, 2 * oldSlots.count)
    slots = Array(repeating: 0, count: size)
    hashes = Array(repeating: 0, count: size)
    for index in oldSlots.indices where oldSlots[index] > 0 { put(oldSlots[index], hash: oldHashes[index]) }
  }

  private mutating func put(_ slot: Int, hash: Int) {
    var index = hash & (slots.count - 1)
    while slots[index] > 0 { index = (index + 1) & (slots.count - 1) }
    slots[index] = slot
    hashes[index] = hash
  }
}

extension NamespaceIdentity {
  /// A hash for ``PositionTable``.
  var hash: Int {
    let mixed = (UInt64(inode) ^ UInt64(device) << 32) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: mixed >> 32)
  }
}

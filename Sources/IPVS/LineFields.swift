// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// The fields of a line, one after another; how many blanks are between them does not matter.
struct LineFields {
  private var rest: UnsafeRawBufferPointer

  init(_ line: UnsafeRawBufferPointer) {
    rest = line
  }

  /// The next field; empty at the end of the line.
  mutating func next() -> UnsafeRawBufferPointer {
    var start = 0
    while start < rest.count, rest[start] == UInt8(ascii: " ") { start += 1 }
    var end = start
    while end < rest.count, rest[end] != UInt8(ascii: " ") { end += 1 }
    defer { rest = UnsafeRawBufferPointer(rebasing: rest[end...]) }
    return UnsafeRawBufferPointer(rebasing: rest[start..<end])
  }
}

extension UnsafeRawBufferPointer {
  /// Whether the bytes are this word.
  func spells(_ word: StaticString) -> Bool {
    guard count == word.utf8CodeUnitCount, let base = baseAddress else { return false }
    return memcmp(base, word.utf8Start, count) == 0
  }
}

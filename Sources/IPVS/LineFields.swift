// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// The fields of a line, one after another; how many blanks are between them does not matter.
struct LineFields {
  private var position: UnsafeRawPointer
  private let end: UnsafeRawPointer

  /// The fields of a line, which outlives them.
  init?(_ line: UnsafeRawBufferPointer) {
    guard let start = line.baseAddress else { return nil }
    position = start
    end = start + line.count
  }

  /// The next field; empty at the end of the line.
  mutating func next() -> UnsafeRawBufferPointer {
    skipBlanks()
    let start = position
    while position < end, position.load(as: UInt8.self) != UInt8(ascii: " ") { position += 1 }
    return UnsafeRawBufferPointer(start: start, count: position - start)
  }

  /// The first byte of the next field; `nil` at the end of the line.
  mutating func peek() -> UInt8? {
    skipBlanks()
    return position < end ? position.load(as: UInt8.self) : nil
  }

  /// A field of so many hexadecimal digits, four or eight; goes no further where the next one is something else.
  @inline(__always)
  mutating func digits(_ count: Int) -> UInt64? {
    skipBlanks()
    // Digits up to a blank are a field, so that there is no need to look for its end.
    guard end - position > count, (position + count).load(as: UInt8.self) == UInt8(ascii: " "),
      let value = HexadecimalDigits.value(position, count)
    else { return nil }
    position += count + 1
    return value
  }

  private mutating func skipBlanks() {
    while position < end, position.load(as: UInt8.self) == UInt8(ascii: " ") { position += 1 }
  }
}

extension UnsafeRawBufferPointer {
  /// Whether the bytes are this word.
  func spells(_ word: StaticString) -> Bool {
    guard count == word.utf8CodeUnitCount, let base = baseAddress else { return false }
    return memcmp(base, word.utf8Start, count) == 0
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import SystemPackage

/// The lines of an open file, one after another, in a buffer of fixed size.
///
/// It closes the file.
package struct FileLines: ~Copyable, Sendable {
  private let descriptor: CInt
  // A pointer is not Sendable, so the compiler cannot know what makes this one safe to send with the value: only this
  // value has it, it cannot be copied, and only its mutating functions use the memory.
  nonisolated(unsafe) private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 64)
  /// The part that has been read but not returned.
  private var unread = 0..<0

  /// Takes ownership of a descriptor.
  package init(_ descriptor: CInt) {
    self.descriptor = descriptor
  }

  deinit {
    buffer.deallocate()
    close(descriptor)
  }

  /// The next line without its newline, valid until the next call; `nil` at the end of the file.
  ///
  /// A last line without a newline is incomplete, and is not returned.
  ///
  /// - Throws: `Errno`, when the file cannot be read; `.overflow` when a line is longer than the buffer (65536 bytes).
  package mutating func next() throws(Errno) -> UnsafeRawBufferPointer? {
    var searched = 0
    while true {
      let bytes = UnsafeRawBufferPointer(rebasing: buffer[unread])
      if let newline = bytes.position(of: UInt8(ascii: "\n"), from: searched) {
        unread = unread.lowerBound + newline + 1..<unread.upperBound
        return UnsafeRawBufferPointer(rebasing: bytes[..<newline])
      }
      searched = bytes.count
      guard try readMore() else { return nil }
    }
  }

  /// Whether every line that has been read is returned, so that the next one needs a system call.
  package var isDrained: Bool { unread.isEmpty }

  /// Begins again at the start of the file.
  ///
  /// - Throws: `Errno`, when the file has no position.
  package mutating func rewind() throws(Errno) {
    guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw Errno(rawValue: errno) }
    unread = 0..<0
  }

  /// Moves the unread part to the beginning and reads more after it.
  ///
  /// Returns whether there was more.
  private mutating func readMore() throws(Errno) -> Bool {
    buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[unread]))
    unread = 0..<unread.count
    guard unread.upperBound < buffer.count else { throw .overflow }
    while true {
      let count = read(
        descriptor, buffer.baseAddress?.advanced(by: unread.upperBound), buffer.count - unread.upperBound)
      if count >= 0 {
        unread = 0..<unread.upperBound + count
        return count > 0
      }
      guard errno == EINTR else { throw Errno(rawValue: errno) }
    }
  }
}

/// The lines of a text in memory, one after another.
package struct BufferLines {
  private let text: UnsafeRawBufferPointer
  private var start = 0

  /// The lines of a text.
  ///
  /// The text must live longer than this value.
  package init(_ text: UnsafeRawBufferPointer) {
    self.text = text
  }

  /// The next line without its newline; `nil` at the end of the text, and for a last line without a newline.
  package mutating func next() -> UnsafeRawBufferPointer? {
    guard let newline = text.position(of: UInt8(ascii: "\n"), from: start) else { return nil }
    defer { start = newline + 1 }
    return UnsafeRawBufferPointer(rebasing: text[start..<newline])
  }
}

extension UnsafeRawBufferPointer {
  /// The position of the next byte of this value.
  fileprivate func position(of byte: UInt8, from start: Int) -> Int? {
    guard let base = baseAddress, let found = memchr(base + start, CInt(byte), count - start) else { return nil }
    return UnsafeRawPointer(found) - base
  }
}

/// The fields of a line, one after another.
///
/// The number of blanks between them does not matter.
package struct LineFields {
  private var position: UnsafeRawPointer
  private let end: UnsafeRawPointer

  /// The fields of a line.
  ///
  /// The line must live longer than this value.
  package init?(_ line: UnsafeRawBufferPointer) {
    guard let start = line.baseAddress else { return nil }
    position = start
    end = start + line.count
  }

  /// The next field; empty at the end of the line.
  package mutating func next() -> UnsafeRawBufferPointer {
    skipBlanks()
    let start = position
    while position < end, position.load(as: UInt8.self) != UInt8(ascii: " ") { position += 1 }
    return UnsafeRawBufferPointer(start: start, count: position - start)
  }

  /// The first byte of the next field; `nil` at the end of the line.
  package mutating func peek() -> UInt8? {
    skipBlanks()
    return position < end ? position.load(as: UInt8.self) : nil
  }

  /// A field of exactly 4 or 8 hexadecimal digits.
  ///
  /// If the next field is something else, it is not consumed, and the result is `nil`.
  @inline(__always)
  package mutating func digits(_ count: Int) -> UInt64? {
    skipBlanks()
    // Digits that end in a blank are a whole field, so its end need not be searched for.
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
  package func spells(_ word: StaticString) -> Bool {
    guard count == word.utf8CodeUnitCount, let base = baseAddress else { return false }
    return memcmp(base, word.utf8Start, count) == 0
  }
}

/// Hexadecimal numbers, with all digits read at once.
///
/// Most of a connection table consists of them.
package enum HexadecimalDigits {
  /// The value of 4 or 8 digits; `nil` if one of the bytes is not a digit.
  @inline(__always)
  package static func value(_ text: UnsafeRawPointer, _ count: Int) -> UInt64? {
    count == 8
      ? value(UInt64(bigEndian: text.loadUnaligned(as: UInt64.self)))
      : value(0x3030_3030 << 32 | UInt64(UInt32(bigEndian: text.loadUnaligned(as: UInt32.self))))
  }

  /// The value of eight digits, the first in the highest byte.
  @inline(__always)
  private static func value(_ text: UInt64) -> UInt64? {
    // In each byte, the highest bit of the sum is set if the byte is at least the character in the parentheses.
    let isDigit = (text &+ from("0")) & ~(text &+ from(":"))
    let lowercase = text | each(0x20)
    let isLetter = (lowercase &+ from("a")) & ~(lowercase &+ from("g"))
    // If no byte is above 127, no sum overflows into the next byte.
    guard ((isDigit | isLetter) & ~text) & each(0x80) == each(0x80) else { return nil }
    var value = (text & each(0x0F)) &+ ((isLetter & each(0x80)) >> 7) &* 9
    value = (value | value >> 4) & 0x00FF_00FF_00FF_00FF
    value = (value | value >> 8) & 0x0000_FFFF_0000_FFFF
    return (value | value >> 16) & 0xFFFF_FFFF
  }

  private static func each(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

  private static func from(_ first: Unicode.Scalar) -> UInt64 { each(0x80 &- UInt8(ascii: first)) }
}

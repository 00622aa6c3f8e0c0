// SPDX-License-Identifier: Apache-2.0

/// Numbers in hexadecimal digits, all of them read at once: most of a connection table is such.
enum HexadecimalDigits {
  /// The value of four or eight digits; `nil` where one of the bytes is none.
  @inline(__always)
  static func value(_ text: UnsafeRawPointer, _ count: Int) -> UInt64? {
    count == 8
      ? value(UInt64(bigEndian: text.loadUnaligned(as: UInt64.self)))
      : value(0x3030_3030 << 32 | UInt64(UInt32(bigEndian: text.loadUnaligned(as: UInt32.self))))
  }

  /// The value of eight digits, the first in the highest byte.
  @inline(__always)
  private static func value(_ text: UInt64) -> UInt64? {
    // In each byte, a sum has its highest bit set where the byte is at least as much as what is added lacks to 128.
    let isDigit = (text &+ from("0")) & ~(text &+ from(":"))
    let lowercase = text | each(0x20)
    let isLetter = (lowercase &+ from("a")) & ~(lowercase &+ from("g"))
    // No byte is above 127, so that no sum runs over into the next.
    guard ((isDigit | isLetter) & ~text) & each(0x80) == each(0x80) else { return nil }
    var value = (text & each(0x0F)) &+ ((isLetter & each(0x80)) >> 7) &* 9
    value = (value | value >> 4) & 0x00FF_00FF_00FF_00FF
    value = (value | value >> 8) & 0x0000_FFFF_0000_FFFF
    return (value | value >> 16) & 0xFFFF_FFFF
  }

  private static func each(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

  private static func from(_ first: Unicode.Scalar) -> UInt64 { each(0x80 &- UInt8(ascii: first)) }
}

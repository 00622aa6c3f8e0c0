// SPDX-License-Identifier: Apache-2.0

import Linux
import Testing

@Suite struct HexadecimalDigitsTests {
  private func value(_ bytes: [UInt8]) -> UInt64? {
    bytes.withUnsafeBytes { $0.baseAddress.flatMap { HexadecimalDigits.value($0, bytes.count) } }
  }

  @Test(arguments: [4, 8])
  func `have the value that the standard library computes`(count: Int) {
    for number in [0, 1, 0x9A, 0xBCDE, 0xFEDC, 0xFFFF] as [UInt64] + (0..<64).map({ 0x1234_5678_9ABC_DEF0 >> $0 }) {
      let number = number & (1 << UInt64(4 * count) - 1)
      for isUppercase in [false, true] {
        let digits = String(number, radix: 16, uppercase: isUppercase)
        let text = String(repeating: "0", count: count - digits.count) + digits
        #expect(value(Array(text.utf8)) == number, "\(text)")
      }
    }
  }

  @Test(arguments: [4, 8])
  func `are distinguished from all other bytes, in each position`(count: Int) {
    for place in 0..<count {
      for byte in UInt8.min ... .max {
        var bytes = [UInt8](repeating: UInt8(ascii: "f"), count: count)
        bytes[place] = byte
        let digit = Character(Unicode.Scalar(byte)).isASCII ? Character(Unicode.Scalar(byte)).hexDigitValue : nil
        let shift = UInt64(4 * (count - 1 - place))
        let others = (1 << UInt64(4 * count) - 1) & ~(15 << shift) as UInt64
        #expect(value(bytes) == digit.map { others | UInt64($0) << shift }, "\(byte) at \(place)")
      }
    }
  }
}

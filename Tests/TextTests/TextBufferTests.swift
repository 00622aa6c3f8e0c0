// SPDX-License-Identifier: Apache-2.0

import Testing
import Text

@Suite struct TextBufferTests {
  @Test(arguments: [0, 1, 9, 10, 11, 99, 100, 101, 999, 1000, 1001, 2_678_400, 4_294_967_295] as [UInt32])
  func `writes numbers in decimal`(number: UInt32) {
    var text = TextBuffer()
    text.append(number)
    #expect(string(text) == String(number))
  }

  @Test func `grows with the appended text`() {
    var text = TextBuffer()
    var expected = ""
    for number in 0..<300 as Range<UInt32> {
      text.append("line ")
      text.append(number)
      text.append(String(repeating: "é", count: Int(number)) + "\n")
      expected += "line \(number)" + String(repeating: "é", count: Int(number)) + "\n"
    }
    #expect(string(text) == expected)
  }

  @Test func `is empty at the beginning`() {
    #expect(string(TextBuffer()).isEmpty)
  }

  private func string(_ text: borrowing TextBuffer) -> String {
    text.withBytes { String(decoding: $0, as: UTF8.self) }
  }
}

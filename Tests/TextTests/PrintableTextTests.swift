// SPDX-License-Identifier: Apache-2.0

import Testing
import Text

@Suite struct PrintableTextTests {
  @Test(arguments: [
    ("", ""),
    ("60 30 60", "60 30 60"),
    ("a\u{1B}[31mred", #"a\u{1B}[31mred"#),
    ("two\nlines", #"two\nlines"#),
    ("two\r\nlines", #"two\r\nlines"#),
    ("tab\t", #"tab\t"#),
    ("\0", #"\0"#),
    ("bell\u{7}", #"bell\u{07}"#),
    ("delete\u{7F}", #"delete\u{7F}"#),
    ("C1\u{9B}31m", #"C1\u{009B}31m"#),
    ("bidi\u{202E}txt", #"bidi\u{202E}txt"#),
    ("isolate\u{2066}x\u{2069}", #"isolate\u{2066}x\u{2069}"#),
    ("mark\u{200F}", #"mark\u{200F}"#),
    ("zero\u{200B}width", #"zero\u{200B}width"#),
    ("bom\u{FEFF}", #"bom\u{FEFF}"#),
    ("line\u{2028}paragraph\u{2029}", #"line\u{2028}paragraph\u{2029}"#),
    ("tag\u{E0041}", #"tag\u{000E0041}"#),
    ("Ünïcödé 日本語 ٣ 🐧", "Ünïcödé 日本語 ٣ 🐧"),
    (#"back\slash "quote""#, #"back\slash "quote""#),
  ])
  func `is safe for a terminal and fits one line`(text: String, printable: String) {
    let result = text.printable
    #expect(Array(result.unicodeScalars) == Array(printable.unicodeScalars))
  }

  @Test func `bytes that are not UTF-8 become the replacement character`() {
    #expect(String(decoding: [0x61, 0xFF, 0x1B], as: UTF8.self).printable == "a\u{FFFD}\\u{1B}")
  }

  @Test func `is cut off if it would hide the sentence around it`() {
    let text = String(repeating: "x", count: 200)
    #expect(text.printable == text)
    #expect((text + "y").printable == text + "…")
    #expect(String(repeating: "x", count: 100_000).printable == text + "…")
  }

  @Test(
    arguments: [
      " ", "~", "\"", "\\", "é", "\u{A0}", "\u{301}", "日", "🐧", "\u{E000}", "\u{FFFD}", "\u{FFFF}", "\u{10FFFF}",
    ] as [Unicode.Scalar])
  func `shows printable characters`(scalar: Unicode.Scalar) {
    #expect(scalar.isPrintable)
  }

  @Test(
    arguments: [
      "\0", "\t", "\n", "\u{1B}", "\u{1F}", "\u{7F}", "\u{80}", "\u{9F}", "\u{AD}", "\u{200B}", "\u{200D}",
      "\u{2028}", "\u{2029}", "\u{202E}", "\u{2066}", "\u{FEFF}", "\u{E0001}", "\u{E0041}",
    ] as [Unicode.Scalar])
  func `escapes characters that move a cursor or change the direction of text`(scalar: Unicode.Scalar) {
    #expect(!scalar.isPrintable)
    #expect(scalar.isInvisible)
  }

  @Test(
    arguments: [
      " ", "\u{A0}", "\u{115F}", "\u{1680}", "\u{2003}", "\u{3000}", "\u{3164}", "\u{FE0F}",
    ] as [Unicode.Scalar])
  func `knows blanks and characters without a shape`(scalar: Unicode.Scalar) {
    #expect(scalar.isInvisible)
  }

  @Test(arguments: ["!", "~", "é", "\u{301}", "日", "🐧", "\u{E000}", "\u{FFFD}"] as [Unicode.Scalar])
  func `knows characters with a shape`(scalar: Unicode.Scalar) {
    #expect(!scalar.isInvisible)
  }
}

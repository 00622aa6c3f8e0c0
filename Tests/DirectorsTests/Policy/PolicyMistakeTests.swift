// SPDX-License-Identifier: Apache-2.0

import IPVS
import SystemPackage
import Testing

@testable import Directors

/// The messages about mistakes: the place, the text, and what to write.
@Suite struct PolicyMistakeTests {
  static let value =
    " is not a timeout; write whole seconds (900) or a duration (90s, 15m, 1h30m, 2d), from 1 s to 31 days (2678400 s),"
    + " default, or - or 0 to keep it"
  static let namespace = " is not a namespace; write host, a name without /, or a path that begins with /"
  static let fields = "write namespace, tcp, tcpfin and udp"
  static let keep = "; \(fields), with - for a timeout to keep"
  static let surplus = " is one field too many; \(fields), and begin a comment with #"
  static let remedy = "; remove it, or save the file as plain UTF-8 text"

  /// The message about an invisible character, at a place, in a word as it is printed.
  static func invisible(_ place: String, _ word: String, _ scalar: String) -> String {
    "\(place): \"\(word)\" contains the invisible character \\u{\(scalar)}; remove it"
  }

  /// Texts, with their messages without the name of the file.
  static let table: [(String, [String])] = [
    // Values.
    ("host 1e3 2 3", ["1:6: \"1e3\"\(value)"]),
    ("host 1 2 3x\n", ["1:10: \"3x\"\(value)"]),
    ("host 1 2 3#4", ["1:10: \"3#4\"\(value)"]),
    ("host 1x 2x 3x", ["1:6: \"1x\"\(value)", "1:9: \"2x\"\(value)", "1:12: \"3x\"\(value)"]),
    (
      "host -1 Default 32d",
      [
        "1:6: \"-1\"\(value)", #"1:9: "Default" is not a timeout; write default"#,
        #"1:17: "32d" is not a timeout, because it is longer than 31 days; write 31d or less"#,
      ]
    ),
    // Namespaces.
    ("run/netns/a 1 2 3", ["1:1: \"run/netns/a\"\(namespace)"]),
    ("  ./a 1 2 3", ["1:3: \"./a\"\(namespace)"]),
    ("*/a 1 2 3", ["1:1: \"*/a\"\(namespace)"]),
    ("a/ x 2 3", ["1:1: \"a/\"\(namespace)", "1:4: \"x\"\(value)"]),
    // Too few fields.
    ("host", ["1:5: \"host\" lacks tcp, tcpfin and udp\(keep)"]),
    ("host  15m \t # comment", ["1:10: \"host  15m\" lacks tcpfin and udp\(keep)"]),
    ("\thost\t1 2", [#"1:10: "host\t1 2" lacks udp"# + keep]),
    ("host 1 x\r\n", ["1:8: \"x\"\(value)", "1:9: \"host 1 x\" lacks udp\(keep)"]),
    ("host 1 2 #3", ["1:9: \"host 1 2\" lacks udp\(keep)"]),
    // Too many.
    ("host 1 2 3 4", ["1:12: \"4\"\(surplus)"]),
    ("host 1 2 3 // a comment", ["1:12: \"//\"\(surplus)"]),
    ("host 1 h 30 60", ["1:8: \"h\"\(value)", "1:13: \"60\"\(surplus)"]),
    // Columns count characters. A tab is one, and so is a character of several bytes. A byte-order mark does not count.
    ("\t\thost\tx 2 3", ["1:8: \"x\"\(value)"]),
    ("日本語🐧e\u{301} x 2 3", ["1:8: \"x\"\(value)"]),
    ("\u{FEFF}host x 2 3", ["1:6: \"x\"\(value)"]),
    // Characters that nobody sees, such as the second mark in a file made of two.
    ("\u{FEFF}\u{FEFF}host x 2 3", [invisible("1:1", #"\u{FEFF}host"#, "FEFF"), "1:7: \"x\"\(value)"]),
    ("host 1 2 3\n\u{FEFF}host 1 2 3", [invisible("2:1", #"\u{FEFF}host"#, "FEFF")]),
    ("ho\u{200B}st 1 2 3", [invisible("1:3", #"ho\u{200B}st"#, "200B")]),
    ("host\u{AD} 1 2 3", [invisible("1:5", #"host\u{00AD}"#, "00AD")]),
    ("  日本\u{3000} 1 2 3", [invisible("1:5", "日本\u{3000}", "3000")]),
    ("host\u{A0} 1 2 3", [invisible("1:5", "host\u{A0}", "00A0")]),
    ("/run/netns/\u{202E}eulb 1 2 3", [invisible("1:12", #"/run/netns/\u{202E}eulb"#, "202E")]),
    ("b\u{FE0F} 1 2 3", [invisible("1:2", "b\u{FE0F}", "FE0F")]),
    // Control characters.
    ("ho\0st 1 2 3", [#"1:3: "ho\0st" contains the control character \0"# + remedy]),
    ("a\u{1B}b\u{7}c 1 2 3", [#"1:2: "a\u{1B}b\u{07}c" contains the control character \u{1B}"# + remedy]),
    ("\u{7F} 1 2 3", [#"1:1: "\u{7F}" contains the control character \u{7F}"# + remedy]),
    ("é\u{9B} 1 2 3", [#"1:2: "é\u{009B}" contains the control character \u{009B}"# + remedy]),
    ("\u{80} 1 2 3", [#"1:1: "\u{0080}" contains the control character \u{0080}"# + remedy]),
    ("a\u{B}b 1 2 3", [#"1:2: "a\u{0B}b" contains the control character \u{0B}"# + remedy]),
    ("host 1 2 3\r# 4", [#"1:11: "3\r#" contains the control character \r"# + remedy, "1:14: \"4\"\(surplus)"]),
    ("host 1 2 3\r\r\n", [#"1:11: "3\r" contains the control character \r"# + remedy]),
    ("\rhost 1 2 3\n", [#"1:1: "\rhost" contains the control character \r"# + remedy]),
    ("# é\t\u{1}\u{2}", [##"1:5: "# é\t\u{01}\u{02}" contains the control character \u{01}"## + remedy]),
    (
      "\u{1} \u{2} \u{3}x y \u{5} \u{6} # \u{7}",
      [
        #"1:1: "\u{01}" contains the control character \u{01}"# + remedy,
        #"1:3: "\u{02}" contains the control character \u{02}"# + remedy,
        #"1:5: "\u{03}x" contains the control character \u{03}"# + remedy,
        #"1:8: "y""# + value,
        #"1:10: "\u{05}""# + surplus,
        #"1:10: "\u{05}" contains the control character \u{05}"# + remedy,
        #"1:12: "\u{06}" contains the control character \u{06}"# + remedy,
        ##"1:16: "# \u{07}" contains the control character \u{07}"## + remedy,
      ]
    ),
    (
      "host # \0",
      [
        "1:5: \"host\" lacks tcp, tcpfin and udp\(keep)",
        ##"1:8: "# \0" contains the control character \0"## + remedy,
      ]
    ),
    // Every line.
    (
      "x/y 1 2 3\nhost 1 2 3\n\nhost 1 2\nhost 1 2 3 4\nhost z 2 3",
      [
        "1:1: \"x/y\"\(namespace)", "4:9: \"host 1 2\" lacks udp\(keep)", "5:12: \"4\"\(surplus)", "6:6: \"z\"\(value)",
      ]
    ),
  ]

  @Test(arguments: table)
  func `are all reported with line, column, text and advice`(text: String, said: [String]) {
    #expect(mistakes(text) == said.map { "p.conf:\($0)" })
  }

  @Test func `include every control character, and nothing else`() {
    for value in 0...UInt8.max where value != UInt8(ascii: "\n") {
      let scalar = Unicode.Scalar(value)
      let isControl = scalar.properties.generalCategory == .control && scalar != "\t"
      let said = mistakes("# a\(scalar)b")
      #expect(said.count == (isControl ? 1 : 0))
      #expect(said.allSatisfy { $0.hasPrefix("p.conf:1:4: ") && $0.contains(scalar.escaped(asASCII: true)) })
    }
  }

  @Test(
    arguments: [
      (Array("a 1 2 3 # caf".utf8) + [0xE9], #"1:14: "caf\#u{FFFD}""#, "E9"),
      (Array("a 1 2 3\n\tcaf".utf8) + [0xE9] + Array("\tx y\nb 1 2 3".utf8), #"2:5: "caf\#u{FFFD}""#, "E9"),
      (Array("日本 ".utf8) + [0xFF, 0xFF] + Array(" \0 x".utf8), #"1:4: "\#u{FFFD}\#u{FFFD}""#, "FF"),
      // A character that is cut off by the end of the line, an overlong one, a surrogate, and one beyond Unicode.
      ([0x61, 0xE2, 0x82, 0x0A], "1:2: \"a\u{FFFD}\"", "E2"),
      ([0x61, 0xC0, 0xAF], "1:2: \"a\u{FFFD}\u{FFFD}\"", "C0"),
      ([0xED, 0xA0, 0x80], "1:1: \"\u{FFFD}\u{FFFD}\u{FFFD}\"", "ED"),
      ([0xF4, 0x90, 0x80, 0x80], "1:1: \"\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\"", "F4"),
      ([0x80], "1:1: \"\u{FFFD}\"", "80"),
      // A byte-order mark that is cut off.
      ([0xEF, 0xBB], "1:1: \"\u{FFFD}\"", "EF"),
    ] as [([UInt8], String, String)])
  func `are reported once for a line that is not UTF-8`(bytes: [UInt8], place: String, byte: String) {
    #expect(
      mistakes(bytes) == [
        "p.conf:\(place) contains the byte 0x\(byte), which is not UTF-8 here; save the file as plain UTF-8 text"
      ])
  }

  @Test(
    arguments: [
      [0xFF, 0xFE, 0x68, 0x00, 0x0A, 0x00, 0x6F, 0x00], [0xFE, 0xFF, 0x00, 0x68, 0x00, 0x0A], [0xFF, 0xFE],
    ] as [[UInt8]])
  func `are reported once for a file in UTF-16`(bytes: [UInt8]) {
    #expect(
      mistakes(bytes) == [
        "p.conf:1:1: \"\u{FFFD}\u{FFFD}\" begins a UTF-16 file; save the file as plain UTF-8 text"
      ])
  }

  @Test func `are found in UTF-16 without a byte-order mark`() {
    #expect(
      mistakes([0x68, 0, 0x20, 0, 0x31, 0]) == [
        #"p.conf:1:2: "h\0" contains the control character \0"# + Self.remedy,
        #"p.conf:1:4: "\01\0" contains the control character \0"# + Self.remedy,
        #"p.conf:1:7: "h\0 \01\0" lacks tcpfin and udp"# + Self.keep,
      ])
  }

  @Test func `are one line that fits a terminal`() {
    let long = String(repeating: "x", count: 1_000)
    #expect(mistakes("host \(long) 2 3") == ["p.conf:1:6: \"\(String(repeating: "x", count: 200))…\"\(Self.value)"])
    let mistake = PolicyMistake(.surplusField, text: "\u{1B}\u{202E}", path: "/tmp/\u{1B}\n", line: 7, column: 9)
    #expect(mistake.description == #"/tmp/\u{1B}\n:7:9: "\u{1B}\u{202E}""# + Self.surplus)
  }

  @Test func `can be distinguished by a program`() {
    let expected = PolicyError.mistakes(
      [
        PolicyMistake(.timeout, text: "x", path: "p.conf", line: 1, column: 3),
        PolicyMistake(.missingFields([.tcpFin, .udp]), text: "a x", path: "p.conf", line: 1, column: 4),
        PolicyMistake(.controlCharacter("\0"), text: "#\0", path: "p.conf", line: 2, column: 2),
      ], more: 0)
    #expect(throws: expected) { try policy("a x\n#\0") }
    #expect(expected.errno == nil)
  }
}

// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ipvs_timeout

/// How wide reports are, and whether they have colour.
@Suite struct OutputStyleTests {
  static let terminals: [(Int, [String: String], OutputStyle)] = [
    (80, ["TERM": "xterm"], OutputStyle(width: 80, isColored: true)),
    (200, ["TERM": "xterm", "NO_COLOR": ""], OutputStyle(width: 100, isColored: true)),
    (0, ["TERM": "xterm"], OutputStyle(width: 80, isColored: true)),
    (80, ["TERM": "xterm", "NO_COLOR": "1"], OutputStyle(width: 80, isColored: false)),
    (80, ["TERM": "dumb"], OutputStyle(width: 80, isColored: false)),
    (80, [:], OutputStyle(width: 80, isColored: false)),
  ]

  @Test(arguments: terminals)
  func `go by the terminal and its variables`(columns: Int, variables: [String: String], style: OutputStyle) {
    #expect(OutputStyle.terminal(columns: columns) { variables[$0] } == style)
  }

  @Test func `are plain and 100 columns wide elsewhere`() {
    #expect(OutputStyle.plain == OutputStyle(width: 100, isColored: false))
    #expect(OutputStyle.plain.text("word", .red) == "word")
    #expect(OutputStyle(isColored: true).text("word", .red) == "\u{1B}[1;31mword\u{1B}[0m")
    #expect(OutputStyle(isColored: true).text("word", nil) == "word")
  }
}

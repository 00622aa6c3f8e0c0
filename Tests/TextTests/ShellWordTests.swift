// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Text

@Suite struct ShellWordTests {
  @Test(arguments: [
    ("blue", "blue"), ("/run/docker/netns/1-abc_d.e", "/run/docker/netns/1-abc_d.e"), ("", "''"), ("a b", "'a b'"),
    ("$(reboot)", "'$(reboot)'"), ("it's", #"'it'\''s'"#), ("ö", "'ö'"), ("a\nb", #"$'a\x0ab'"#),
    ("it's\\\u{1B}[m", #"$'it\'s\\\x1b[m'"#),
    (String(repeating: "ö", count: 250), "'\(String(repeating: "ö", count: 250))'"),
  ])
  func `is one word for a shell`(text: String, word: String) {
    #expect(text.shellWord == word)
  }
}

@Suite struct EnumerationTests {
  @Test(arguments: [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")])
  func `reads like a list in a sentence`(words: [String], sentence: String) {
    #expect(words.enumeration == sentence)
  }

  @Test(arguments: [([], ""), ([""], ""), (["a"], "a"), (["", "b"], "; b"), (["a", "", "c"], "a; ; c")])
  func `has the separator between words`(words: [String], text: String) {
    #expect(words.joined(separator: "; ") == text)
    #expect(words.joined() == words.reduce("", +))
  }

  @Test func `has the right form of the noun`() {
    #expect([0, 1, 2].map { $0.counted("connection") } == ["0 connections", "1 connection", "2 connections"])
  }
}

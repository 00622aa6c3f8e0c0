// SPDX-License-Identifier: Apache-2.0

import Testing
import Text

@Suite
struct TextSearchTests {
  @Test(arguments: [
    ("run as root", "root", 7), ("root", "root", 0), ("aab", "ab", 1), ("größer", "ßer", 3), ("", "", 0),
    ("any", "", 0), ("aaab", "aab", 1), ("a\r\nb", "\nb", 2), ("a\0bc", "bc", 2),
  ])
  func findsTheFirstOccurrence(text: String, part: String, position: Int) throws {
    let range = try #require(text.firstOccurrence(of: part))
    #expect(text.unicodeScalars[..<range.lowerBound].count == position)
    #expect(text[range] == part)
  }

  @Test(arguments: [("root", "roots"), ("", "a"), ("abab", "aba "), ("Root", "root")])
  func missesWhatIsNotThere(text: String, part: String) { #expect(text.firstOccurrence(of: part) == nil) }

  @Test
  func findsInAPartOfAText() throws {
    let part = "one two two".dropFirst(4)
    #expect(try part[..<#require(part.firstOccurrence(of: "wo")).lowerBound] == "t")
    #expect(part.firstOccurrence(of: "one") == nil)
  }

  @Test(arguments: [
    ("set-netns", "-", "_", "set_netns"), ("{a}{", "{", #"\{"#, #"\{a}\{"#), ("", "-", "_", ""),
    ("{\u{301}", "{", #"\{"#, "\\{\u{301}"),
  ])
  func replacesEachCharacter(text: String, character: Unicode.Scalar, replacement: String, result: String) {
    #expect(text.replacingEach(character, with: replacement) == result)
  }
}

// SPDX-License-Identifier: Apache-2.0

import Directors
import IPVS
import TestSupport
import Testing

/// Very large policies, which must be read in linear time.
@Suite struct PolicySizeTests {
  /// Between linear growth, 8, and quadratic growth, 64.
  static let limit = 24.0

  @Test func `ten thousand lines`() throws {
    func text(_ count: Int) -> String {
      (1...count).map { "ns\($0 % 100) \($0) - \($0 % 7 == 0 ? "-" : "60s") # line \($0)\r\n" }.joined()
    }
    let policy = try policy(text(10_000))
    #expect(policy.lines.count == 10_000)
    for number in 0..<200 {
      let demand = policy.demand(isHost: false, paths: ["/run/netns/ns\(number)", "/run/docker/netns/ns\(number)"])
      let last = number < 100 ? 9_900 + (number == 0 ? 100 : number) : nil
      #expect(demand.line(of: .tcp) == last)
      #expect(demand.timeouts.tcp == last.flatMap(Timeout.init(seconds:)))
    }
    let texts = [1250: text(1250), 10_000: text(10_000)]
    let growth = try growth(from: 1250) { count in
      let policy = try DirectorsTests.policy(texts[count] ?? "")
      for number in 0..<20 { _ = policy.demand(isHost: false, paths: ["/run/netns/ns\(number)"]) }
    }
    #expect(growth < Self.limit)
  }

  @Test func `the first hundred mistakes, and the number of others`() {
    for (count, more) in [(99, nil), (100, nil), (101, "1 more mistake"), (10_000, "9900 more mistakes")] {
      // Good lines before, between and after them do not matter.
      let said = mistakes("host 1 2 3\n" + String(repeating: "host x 2 3\nhost 1 2 3\n", count: count))
      #expect(said.count == min(count, 100) + (more == nil ? 0 : 1))
      #expect(said[min(count, 100) - 1].hasPrefix("p.conf:\(2 * min(count, 100)):6: \"x\" is not a timeout"))
      #expect(more == nil || said.last == more)
    }
    // A line may have several of them.
    let said = mistakes(String(repeating: "host x y z a\n", count: 26))
    #expect(said.count == 101)
    #expect(said.last == "4 more mistakes")
  }

  @Test func `one mistake in a very long word keeps only its beginning`() {
    guard
      case .mistakes(let mistakes, more: 0) = PolicyError.of(
        "host " + String(repeating: "é", count: 1_000_000) + " 2 3")
    else {
      Issue.record("no mistake")
      return
    }
    #expect(mistakes.map { $0.text.utf8.count <= 4096 + 3 } == [true])
    #expect(mistakes.first?.description.contains(String(repeating: "é", count: 200) + "…") == true)
  }

  /// Long lines, and the beginnings of the messages about them.
  @Test(arguments: [
    ("a 1 2 3 #", " comment", "", []),
    ("", " ", "a 1 2 3", []),
    ("a 1 2 3", "\t", "", []),
    ("", "[", " 1 2 3", []),
    ("a ", "1", " 2 3", ["1:3: \"111"]),
    ("a 1 2 3", " 4", "", ["1:9: \"4\" is one field too many"]),
    ("", "é", " 1 2 x", ["1:300006: \"x\" is not a timeout"]),
    ("", "\u{85}", " 1 2 x", [#"1:1: "\u{0085}"#, "1:300006: \"x\""]),
    ("a", "/b", " 1 2 3", ["1:1: \"a/b/b"]),
    ("", "\n", "a", ["300001:2: \"a\" lacks"]),
  ])
  func `the same text three hundred thousand times`(start: String, repeated: String, end: String, beginnings: [String])
  {
    func said(_ count: Int) -> [String] { mistakes(start + String(repeating: repeated, count: count) + end) }
    let whole = said(300_000)
    #expect(whole.count == beginnings.count)
    for (line, beginning) in zip(whole, beginnings) { #expect(line.hasPrefix("p.conf:\(beginning)")) }
    #expect(growth(from: 10_000) { _ = said($0) } < Self.limit)
  }

  @Test func `a pattern of megabytes matches nothing, and is fast`() throws {
    let policy = try policy(
      ["[", "*a", "*?", "\\", "x"].map { String(repeating: $0, count: 300_000) + " 1 2 3\n" }.joined())
    let path = "/run/netns/" + String(repeating: "a", count: 255)
    #expect(policy.demand(isHost: false, paths: [path]).timeouts == Timeouts())
  }
}

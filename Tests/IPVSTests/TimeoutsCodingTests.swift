// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import IPVS

/// Timeouts as JSON and as text.
@Suite struct TimeoutsCodingTests {
  @Test(
    arguments: [
      (.kernelDefault, #"{"tcp":900,"tcpfin":120,"udp":300}"#), (Timeouts(udp: 5), #"{"udp":5}"#), (Timeouts(), "{}"),
      // A kernel may hold more than can be set.
      (Timeouts(tcp: Timeout(held: .max)), #"{"tcp":4294967295}"#),
    ] as [(Timeouts, String)])
  func `are numbers of seconds`(timeouts: Timeouts, json: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    #expect(String(decoding: try encoder.encode(timeouts), as: UTF8.self) == json)
    #expect(try JSONDecoder().decode(Timeouts.self, from: Data(json.utf8)) == timeouts)
  }

  @Test(arguments: ["0", "-1", "1.5", "4294967296", "\"60\"", "\"60 s\"", "[]"])
  func `are refused if no kernel can hold them`(value: String) {
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(Timeouts.self, from: Data(#"{"udp":\#(value)}"#.utf8))
    }
  }

  @Test(
    arguments: [
      (.kernelDefault, "tcp=900 tcpfin=120 udp=300", "tcp 900 s, tcpfin 120 s, udp 300 s", "900 120 300"),
      (Timeouts(tcp: 60, udp: 5), "tcp=60 udp=5", "tcp 60 s, udp 5 s", "60 - 5"),
      (Timeouts(), "", "", "- - -"),
    ] as [(Timeouts, String, String, String)])
  func `have four forms as text`(timeouts: Timeouts, assignments: String, phrase: String, arguments: String) {
    #expect(timeouts.description == assignments)
    #expect(timeouts.assignments == assignments)
    #expect(timeouts.phrase == phrase)
    #expect(timeouts.values == arguments)
    #expect(timeouts.arguments(absent: "0").joined(separator: " ") == arguments.replacing("-", with: "0"))
  }

  @Test(
    arguments: [
      (.seconds(1), 1), (.seconds(2_678_400), 2_678_400), (.seconds(2_678_401), nil), (.zero, nil), (.seconds(-1), nil),
      (.milliseconds(1500), nil), (.milliseconds(2000), 2), (.seconds(Int64.max), nil),
    ] as [(Duration, UInt32?)])
  func `are durations of whole seconds`(duration: Duration, seconds: UInt32?) {
    #expect(Timeout(duration)?.seconds == seconds)
    if let seconds { #expect(Timeout(held: seconds)?.duration == duration) }
  }

  @Test func `a single timeout has a unit`() {
    #expect("\(900 as Timeout)" == "900 s")
  }
}

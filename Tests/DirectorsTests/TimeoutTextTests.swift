// SPDX-License-Identifier: Apache-2.0

import Directors
import IPVS
import Testing

@Suite struct TimeoutTextTests {
  @Test(arguments: [
    ("1", 1),
    ("900", 900),
    ("0900", 900),
    ("2678400", 2_678_400),
    ("90s", 90),
    ("15m", 900),
    ("1h", 3_600),
    ("1h30m", 5_400),
    ("1h30m15s", 5_415),
    ("1h15s", 3_615),
    ("2d", 172_800),
    ("1d12h", 129_600),
    ("1d1h1m1s", 90_061),
    ("31d", 2_678_400),
    ("30d24h", 2_678_400),
    ("744h", 2_678_400),
    ("0h1s", 1),
    ("1m0s", 60),
    ("01m", 60),
    ("120m", 7_200),
  ])
  func `is whole seconds or a duration`(text: String, seconds: Int) throws {
    for name in Timeouts.Name.allCases {
      #expect(try TimeoutText.parse(text, for: name) == Timeout(seconds: seconds))
    }
  }

  @Test(arguments: ["0", "-"], Timeouts.Name.allCases)
  func `keeps a timeout`(text: String, name: Timeouts.Name) throws {
    #expect(try TimeoutText.parse(text, for: name) == nil)
  }

  @Test(arguments: [(.tcp, 900), (.tcpFin, 120), (.udp, 300)] as [(Timeouts.Name, Timeout)])
  func `default is the kernel's own for each`(name: Timeouts.Name, expected: Timeout) throws {
    #expect(try TimeoutText.parse("default", for: name) == expected)
  }

  @Test(arguments: [
    // Empty, or only a unit or a separator.
    "", " ", "s", "m", "d", "\0", "\n",
    // Not whole seconds.
    "-1", "-0", "-5m", "--", "+5", "1.5", "1,5", "1.5h", "1e3", "0x10", "0b1", "1_000", "½", "500ms", "1us",
    // White space.
    " 5", "5 ", "1h 30m", "5\n", "\t5", "5\0",
    // Unknown units, and units in upper case, out of order, repeated, or missing at the end.
    "5x", "5M", "5S", "5H", "5D", "5w", "1y", "30m1h", "1s1m", "1m1m", "1h1h", "1h30", "1d12", "5mm", "m5", "h30m",
    "5sec", "5min",
    // Out of range.
    "00", "0s", "0m", "0d", "0h0m0s", "2678401", "2678401s", "32d", "31d1s", "745h", "4294967295", "4294967297",
    "18446744073709551615", "18446744073709551616", "99999999999d", "213503982334602d", "18446744073709551615s1",
    "99999999999999999999999999999999999999999",
    // Words.
    "Default", "DEFAULT", "default ", "keep", "none", "never", "inf", "nan", "true",
    // Digits of other scripts, and look-alikes.
    "٩٠٠", "９００", "9０0", "−5", "–", "900٠",
  ])
  func `refuses any other text`(text: String) {
    for name in Timeouts.Name.allCases {
      #expect(throws: InvalidTimeoutText(text: text)) { try TimeoutText.parse(text, for: name) }
    }
  }

  @Test(arguments: [
    ("1e3", "1e3"),
    ("", ""),
    ("-1", "-1"),
    ("0s", "0s"),
    ("\u{1B}[2J", #"\u{1B}[2J"#),
    ("٩٠٠", "٩٠٠"),
  ])
  func `a refusal quotes the value and says what to write`(text: String, quoted: String) {
    #expect(
      InvalidTimeoutText(text: text).description
        == "\"\(quoted)\" is not a timeout; write whole seconds (900) or a duration (90s, 15m, 1h30m, 2d), from 1 s to"
        + " 31 days (2678400 s), default, or - or 0 to keep it")
  }

  @Test(arguments: ["32d", "2678401", "745h", "99999999999d"])
  func `a refusal of a time that is too long says so`(text: String) {
    #expect(
      InvalidTimeoutText(text: text).description
        == "\"\(text)\" is not a timeout, because it is longer than 31 days; write 31d or less")
  }

  @Test(arguments: [
    ("5min", "5m"), ("5mins", "5m"), ("5 minutes", "5m"), ("1sec", "1s"), ("30seconds", "30s"), ("2hrs", "2h"),
    ("1 day", "1d"), ("2 weeks", "14d"), ("1w2d", "9d"),
    ("90S", "90s"), ("15M", "15m"), ("1H30M", "1h30m"), ("2D", "2d"), ("DEFAULT", "default"), ("Default ", "default"),
    ("1 h", "1h"), ("1h 30m", "1h30m"), (" 5", "5"), ("5\n", "5"), ("+5", "5"), ("01 m", "1m"),
    ("1.5m", "1m30s"), ("1,5h", "1h30m"), ("0.5h", "30m"), ("900.0", "900"), ("1.50 h", "1h30m"), ("1d1.5h", "1d1h30m"),
    ("1.55m", "1m33s"),
    ("30m1h", "1h30m"), ("1s1m", "1m1s"),
  ])
  func `a refusal suggests the nearest spelling`(text: String, suggestion: String) throws {
    #expect(TimeoutText.suggestion(for: text) == suggestion)
    #expect(InvalidTimeoutText(text: text).description.hasSuffix("\" is not a timeout; write \(suggestion)"))
    #expect(try TimeoutText.parse(suggestion, for: .tcp) != nil)
  }

  @Test(arguments: [
    "", " ", "m", "+", ".", "1.", ".5", "1.m", "1.5", "1.51m", "1.000", "1.001h", "500ms", "1us", "1h30", "1 5", "1m1m",
    "1m1min", "-5m", "1e3", "0x10", "5\0", "1y", "5 x", "0s", "0.0", "32 d", "745 h", "5 weeks", "12345678 s",
    "99999999999999999999", "٩٠٠", "5\u{301}", "next week", "never",
  ])
  func `a refusal suggests nothing that is uncertain`(text: String) {
    #expect(TimeoutText.suggestion(for: text) == nil)
  }
}

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
    // Empty, or nothing but a unit or a separator.
    "", " ", "s", "m", "d", "\0", "\n",
    // Not whole seconds.
    "-1", "-0", "-5m", "--", "+5", "1.5", "1,5", "1.5h", "1e3", "0x10", "0b1", "1_000", "½", "500ms", "1us",
    // White space.
    " 5", "5 ", "1h 30m", "5\n", "\t5", "5\0",
    // Units that are none, in upper case, out of order, twice, or missing at the end.
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
  func `is nothing else`(text: String) {
    for name in Timeouts.Name.allCases {
      #expect(throws: InvalidTimeoutText(text: text)) { try TimeoutText.parse(text, for: name) }
    }
  }

  @Test(arguments: [
    ("1e3", "1e3"),
    ("", ""),
    ("5\n", #"5\n"#),
    ("\u{1B}[2J", #"\u{1B}[2J"#),
    ("٩٠٠", "٩٠٠"),
  ])
  func `a refusal quotes the value and states the rule`(text: String, quoted: String) {
    #expect(
      InvalidTimeoutText(text: text).description
        == "\"\(quoted)\" is not a timeout: write whole seconds (900) or a duration (90s, 15m, 1h30m, 2d)"
        + " from 1 s to 31 days (2678400 s), \"default\", or 0 or - to keep it as it is")
  }
}

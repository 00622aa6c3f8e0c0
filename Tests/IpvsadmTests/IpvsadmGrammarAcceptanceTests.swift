// SPDX-License-Identifier: Apache-2.0

import IPVS
import Ipvsadm
import Testing

/// Command lines that ipvsadm 1.31 accepts.
@Suite struct IpvsadmGrammarAcceptanceTests {
  @Test(arguments: [
    ["-L", "--timeout"],
    ["-l", "--timeout"],
    ["--list", "--timeout"],
    // Combined letters, in any order after the operation.
    ["-Ln", "--timeout"],
    ["-lnX", "--timeout"],
    ["-LXn", "--timeout"],
    // Options without an effect on --timeout, once each.
    ["-L", "-n", "--timeout"],
    ["-L", "--timeout", "-n", "-X"],
    ["--list", "--numeric", "--exact", "--nosort", "--tun-info", "--timeout"],
    ["-L", "--timeout", "--sort"],
    ["-L", "--sort", "--sort", "--timeout", "--sort"],
    // A number from 0 to 255.
    ["-L", "--syncid", "0", "--timeout"],
    ["-L", "--timeout", "--syncid", "255"],
    ["-L", "--timeout", "--syncid=7"],
    ["-L", "--timeout", "--syncid", " +7"],
    // The end of the options.
    ["-L", "--timeout", "--"],
  ])
  func `list`(arguments: [String]) throws {
    #expect(try IpvsadmGrammar.parse(arguments) == .list)
  }

  @Test(
    arguments: [
      (["--set", "60", "30", "90"], Timeouts(tcp: 60, tcpFin: 30, udp: 90)),
      // Values before and after the operation.
      (["60", "30", "90", "--set"], Timeouts(tcp: 60, tcpFin: 30, udp: 90)),
      (["60", "--set", "30", "90"], Timeouts(tcp: 60, tcpFin: 30, udp: 90)),
      (["--set", "--", "60", "30", "90"], Timeouts(tcp: 60, tcpFin: 30, udp: 90)),
      (["--set", "60", "--", "30", "90"], Timeouts(tcp: 60, tcpFin: 30, udp: 90)),
      (["60", "30", "90", "--set", "--"], Timeouts(tcp: 60, tcpFin: 30, udp: 90)),
      (["--set", "60", "--sort", "30", "90"], Timeouts(tcp: 60, tcpFin: 30, udp: 90)),
      // 0 keeps a timeout.
      (["--set", "0", "0", "0"], Timeouts()),
      (["--set", "0", "0", "5"], Timeouts(udp: 5)),
      (["--set", "--", "-0", "+0", "000"], Timeouts()),
      // Numbers as strtol accepts them: white space before, a sign, leading zeros.
      (["--set", " 5", "+5", "005"], Timeouts(tcp: 5, tcpFin: 5, udp: 5)),
      (["--set", "\t5", "\n5", "\u{B}\u{C}\r 5"], Timeouts(tcp: 5, tcpFin: 5, udp: 5)),
      (["--set", " +5", "0000000000000000000000005", "5"], Timeouts(tcp: 5, tcpFin: 5, udp: 5)),
      // The range.
      (["--set", "1", "2678399", "2678400"], Timeouts(tcp: 1, tcpFin: 2_678_399, udp: 2_678_400)),
    ])
  func `set`(arguments: [String], timeouts: Timeouts) throws {
    #expect(try IpvsadmGrammar.parse(arguments) == .set(timeouts))
  }
}

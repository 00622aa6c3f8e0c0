// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import IPVS
@testable import ipvs_timeout

@Suite struct ConnectionsPictureTests {
  private func tallies() throws -> [ConnectionTally] {
    var summary = ConnectionSummary(by: OutdatedRule(Timeouts(tcp: 60, tcpFin: 120, udp: 60)))
    let endpoint = try #require(Endpoint(parsing: "192.0.2.2:1"))
    for (state, seconds, count) in [
      (Connection.State.established, 30 as UInt32, 4), (.established, 240, 8), (.established, 400, 1),
      (.finWait, 60, 1), (.timeWait, 1, 1), (.timeWait, 119, 1), (.close, 0, 1),
    ] {
      for _ in 0..<count {
        summary.add(
          Connection(
            .tcp, client: endpoint, service: endpoint, server: endpoint, state: state, secondsLeft: seconds))
      }
    }
    return summary.tallies
  }

  @Test func `marks the timeout, and has its own scale for each state`() throws {
    #expect(
      ConnectionsPicture.lines(try tallies(), .blocks) == """

        Time left; | is the timeout, right of it is outdated
        ESTABLISHED  0    ▄   |                 █              ▁ 6m40s
        FIN_WAIT     0                     █                   | 2m
        TIME_WAIT    0 █                                      █ 1m59s

        """)
    #expect(
      ConnectionsPicture.lines(try tallies(), .ascii) == """

        Time left; | is the timeout, right of it is outdated
        ESTABLISHED  0    =   |                 @              . 6m40s
        FIN_WAIT     0                     @                   | 2m
        TIME_WAIT    0 @                                      @ 1m59s

        """)
  }

  @Test func `is empty without connections`() {
    #expect(ConnectionsPicture.lines([], .blocks).isEmpty)
  }

  @Test(
    arguments: [
      (["LANG": "C.UTF-8", "TERM": "xterm"], .blocks),
      (["LC_CTYPE": "de_DE.utf8", "TERM": "xterm"], .blocks),
      (["LC_ALL": "en_US.UTF-8@x", "LANG": "C", "TERM": "xterm"], .blocks),
      (["LC_ALL": "", "LANG": "C.UTF-8", "TERM": "xterm", "NO_COLOR": ""], .blocks),
      (["LC_ALL": "C", "LANG": "C.UTF-8", "TERM": "xterm"], .ascii),
      (["LANG": "de_DE.ISO-8859-1", "TERM": "xterm"], .ascii),
      (["TERM": "xterm"], .ascii),
      (["LANG": "C.UTF-8", "TERM": "dumb"], .ascii),
      (["LANG": "C.UTF-8"], .ascii),
      (["LANG": "C.UTF-8", "TERM": "xterm", "NO_COLOR": "1"], .ascii),
    ] as [([String: String], ConnectionsPicture.Style)])
  func `is drawn with the characters that the terminal has`(
    environment: [String: String], style: ConnectionsPicture.Style
  ) {
    #expect(ConnectionsPicture.style { environment[$0] } == style)
  }
}

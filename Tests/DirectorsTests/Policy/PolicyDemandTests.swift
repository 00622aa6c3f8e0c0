// SPDX-License-Identifier: Apache-2.0

import Directors
import IPVS
import Testing

/// The timeouts that a policy wants in a namespace.
@Suite struct PolicyDemandTests {
  static let text = """
    *                      1   2   3
    lb_*                   -   20  -
    /var/run/docker/netns/*  2h  -   0
    host                   15m -   60s
    lb_last                -   -   30
    host                   -   7   -
    host                   -   8   -
    """

  @Test(
    arguments: [
      // The last line that names a value decides, for each value.
      (false, ["/run/netns/blue"], (1, 1), (2, 1), (3, 1)),
      (false, ["/run/netns/lb_1"], (1, 1), (20, 2), (3, 1)),
      (false, ["/run/docker/netns/lb_1"], (7_200, 3), (20, 2), (3, 1)),
      (false, ["/run/docker/netns/x"], (7_200, 3), (2, 1), (3, 1)),
      (false, ["/run/docker/netns/lb_last"], (7_200, 3), (20, 2), (30, 5)),
      // Every path counts.
      (false, ["/run/netns/lb_last", "/run/docker/netns/x"], (7_200, 3), (20, 2), (30, 5)),
      // Only the word `host` matches the host, wherever Docker binds it.
      (true, ["/run/docker/netns/default", "/run/netns/lb_last"], (900, 4), (8, 7), (60, 4)),
      (true, [], (900, 4), (8, 7), (60, 4)),
    ] as [(Bool, [String], (Timeout, Int), (Timeout, Int), (Timeout, Int))])
  func `follows the last line, value by value`(
    isHost: Bool, paths: [String], tcp: (Timeout, Int), tcpFin: (Timeout, Int), udp: (Timeout, Int)
  ) throws {
    let demand = try policy(Self.text).demand(isHost: isHost, paths: paths)
    #expect(demand.timeouts == Timeouts(tcp: tcp.0, tcpFin: tcpFin.0, udp: udp.0))
    #expect(Timeouts.Name.allCases.map(demand.line) == [tcp.1, tcpFin.1, udp.1])
  }

  @Test func `is empty if no line matches or names a value`() throws {
    let policy = try policy("blue 1 - -\nred - - -\nhost 0 5 0")
    let elsewhere = policy.demand(isHost: false, paths: ["/run/netns/red", "/run/netns/green"])
    #expect(elsewhere.timeouts == Timeouts())
    #expect(Timeouts.Name.allCases.map(elsewhere.line) == [nil, nil, nil])
    let host = policy.demand(isHost: true, paths: [])
    #expect(host.timeouts == Timeouts(tcpFin: 5))
    #expect(Timeouts.Name.allCases.map(host.line) == [nil, 3, nil])
  }

  @Test func `is not undone by a later line that keeps a value`() throws {
    let demand = try policy("a 1 2 3\na - 0 -\nb 9 9 9").demand(isHost: false, paths: ["/run/netns/a"])
    #expect(demand.timeouts == Timeouts(tcp: 1, tcpFin: 2, udp: 3))
  }

  @Test func `default is a value like any other`() throws {
    let demand = try policy("a 1 2 3\n* default - default").demand(isHost: false, paths: ["/run/netns/a"])
    #expect(demand.timeouts == Timeouts(tcp: 900, tcpFin: 2, udp: 300))
  }

  @Test func `a line knows whether it matches anything here`() throws {
    let lines = try policy("blue 1 - -\nhost 1 - -\n/run/netns/r* 1 - -").lines
    #expect(lines.map { $0.namespace.matches(isHost: false, paths: ["/run/netns/red"]) } == [false, false, true])
    #expect(lines.map { $0.namespace.matches(isHost: true, paths: ["/run/netns/red"]) } == [false, true, false])
  }
}

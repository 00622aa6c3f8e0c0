// SPDX-License-Identifier: Apache-2.0

import IPVS
import Testing

@testable import Doctor

@Suite struct ConntrackCheckTests {
  /// The kernel's defaults, except for the switch.
  private static let usual: [KernelSetting: String] = [
    .conntrack: "1", .conntrackEstablished: "432000", .conntrackFinWait: "120", .conntrackCloseWait: "60",
    .conntrackUDP: "30", .conntrackUDPStream: "120",
  ]

  private func finding(
    _ changes: [KernelSetting: String] = [:], _ timeouts: Timeouts = .kernelDefault
  ) throws -> Finding {
    let all = try ConntrackCheck().findings(
      on: .example(timeouts: timeouts, settings: Self.usual.merging(changes) { $1 }))
    try #require(all.count == 1)
    return all[0]
  }

  @Test func `notes each timeout of conntrack that is over sooner`() throws {
    #expect(
      try finding()
        == .note(
          .conntrack,
          "conntrack forgets connections before IPVS does: nf_conntrack_tcp_timeout_close_wait 60 s, tcpfin 120 s;"
            + " nf_conntrack_udp_timeout 30 s and nf_conntrack_udp_timeout_stream 120 s, udp 300 s",
          so: "NAT still works, but firewall rules see the next packet as a new connection (as INVALID with"
            + " nf_conntrack_tcp_loose=0), and masquerading may give it another address or port",
          fix: .command(
            "sysctl -w net.netfilter.nf_conntrack_tcp_timeout_close_wait=120"
              + " net.netfilter.nf_conntrack_udp_timeout=300 net.netfilter.nf_conntrack_udp_timeout_stream=300")))
    let established = try finding([.conntrackEstablished: "899"])
    #expect(established.fact.contains("nf_conntrack_tcp_timeout_established 899 s, tcp 900 s; "))
  }

  @Test func `is content where none is`() throws {
    let content = try finding([:], Timeouts(tcp: 900, tcpFin: 60, udp: 30))
    #expect(content.severity == .ok)
    #expect(content.fact == "conntrack forgets connections when IPVS does, and not before")
    #expect(try finding([:], Timeouts(tcp: 900)).severity == .ok)
  }

  @Test(
    arguments: [
      // A connection in ESTABLISHED, which conntrack would know for five days, or a fresh one of UDP.
      ([(.tcp, .established, 10)], "0", true), ([(.udp, .udp, 44)], "0", true),
      // One that conntrack has forgotten already, if it knew it.
      ([(.udp, .udp, 10)], "0", false), ([(.tcp, .timeWait, 119)], "0", false),
      ([(.tcp, .established, 10)], "1", false),
    ] as [([(Connection.Transport, Connection.State, UInt32)], String, Bool)])
  func `says nothing of its timeouts where it knows no connection`(
    connections: [(Connection.Transport, Connection.State, UInt32)], count: String, isIdle: Bool
  ) throws {
    let settings = Self.usual.merging([.conntrackCount: count, .conntrackUDP: "20"]) { $1 }
    let finding = try #require(
      try ConntrackCheck().findings(on: .example(connections: .success(.example(connections)), settings: settings))
        .first)
    let idle = Finding.ok(
      .conntrack,
      "net.ipv4.vs.conntrack = 1, but conntrack knows no connection here (nf_conntrack_count = 0), although IPVS does:"
        + " nothing in this network namespace uses conntrack")
    #expect((finding == idle) == isIdle, "\(finding)")
    #expect(isIdle || finding.severity == .note)
  }

  @Test func `says nothing of its timeouts before there is a connection`() throws {
    #expect(
      try finding([.conntrackCount: "0"])
        == .ok(.conntrack, "net.ipv4.vs.conntrack = 1, but conntrack knows no connection here, and neither does IPVS"))
  }

  @Test func `is content where only one of them knows the connections`() throws {
    #expect(
      try finding([.conntrack: "0"])
        == .ok(.conntrack, "net.ipv4.vs.conntrack = 0: IPVS keeps its connections out of conntrack"))
    #expect(
      try ConntrackCheck().findings(on: .example(settings: [.conntrack: "1"])) == [
        .ok(.conntrack, "net.ipv4.vs.conntrack = 1, but conntrack is not loaded")
      ])
    #expect(
      try ConntrackCheck().findings(on: .example()) == [
        .ok(.conntrack, "IPVS in this kernel does not use conntrack")
      ])
  }
}

// SPDX-License-Identifier: Apache-2.0

import IPVS
import Testing

@testable import Doctor

@Suite struct KeepaliveCheckTests {
  private let usual: [KernelSetting: String] = [
    .tcpKeepaliveTime: "7200", .tcpKeepaliveInterval: "75", .tcpKeepaliveProbes: "9",
  ]

  @Test func `notes a timeout that is over before the first probe`() throws {
    #expect(
      try KeepaliveCheck().findings(on: .example(timeouts: .kernelDefault, settings: usual)) == [
        .note(
          .keepalive, "net.ipv4.tcp_keepalive_time is 7200 s here, tcp is 900 s",
          so: "a connection that is idle for 15m is dropped while both ends still think it is open, if clients and real"
            + " servers have the same settings (doctor cannot see theirs)",
          fix: .advice(
            "on clients and real servers `sysctl -w net.ipv4.tcp_keepalive_time=300`, for programs that set"
              + " SO_KEEPALIVE; or here `ipvs-timeout set --tcp 2h15m`"))
      ])
  }

  @Test(arguments: [(7200, true), (7201, false), (7275, false)])
  func `notes a timeout that does not survive one lost probe`(_ tcp: Int, isCut: Bool) throws {
    let facts = DirectorFacts.example(timeouts: Timeouts(tcp: Timeout(seconds: tcp)), settings: usual)
    let finding = try #require(try KeepaliveCheck().findings(on: facts).first)
    #expect(finding.severity == .note)
    #expect(
      finding.consequence?.hasPrefix("an idle connection is dropped when one keep-alive probe is lost, if") == !isCut)
  }

  @Test func `finds a longer timeout well`() throws {
    let facts = DirectorFacts.example(timeouts: Timeouts(tcp: 7276), settings: usual)
    #expect(
      try KeepaliveCheck().findings(on: facts) == [
        .ok(
          .keepalive,
          "net.ipv4.tcp_keepalive_time is 7200 s here, tcp is 7276 s; what counts are the settings of clients and"
            + " real servers")
      ])
  }

  /// A probe that was answered is followed by the next one after the interval, if that is the longer one.
  @Test func `knows that the interval counts, too`() throws {
    var settings = usual
    settings[.tcpKeepaliveTime] = "10"
    let finding = try #require(
      try KeepaliveCheck().findings(on: .example(timeouts: Timeouts(tcp: 60), settings: settings)).first)
    #expect(finding.fact == "net.ipv4.tcp_keepalive_intvl is 75 s here, tcp is 60 s")
    #expect(
      finding.consequence?.contains(
        "a connection that is idle for 1m is dropped while both ends still think it is open") == true)
    #expect(
      finding.fix?.text
        == "on clients and real servers `sysctl -w net.ipv4.tcp_keepalive_time=20 net.ipv4.tcp_keepalive_intvl=20`, for"
        + " programs that set SO_KEEPALIVE; or here `ipvs-timeout set --tcp 15m`")
  }

  @Test func `advises a time of at least a second`() throws {
    let finding = try KeepaliveCheck().findings(on: .example(timeouts: Timeouts(tcp: 2), settings: usual)).first
    #expect(finding?.fix?.text.contains("tcp_keepalive_time=1 ") == true)
  }

  @Test func `judges what the policy wants`() throws {
    func findings(_ policy: String) throws -> [Finding] {
      try KeepaliveCheck().findings(
        on: .example(timeouts: .kernelDefault, policy: .example(policy), settings: usual))
    }
    // That it is not in force is another finding.
    #expect(try findings("host 2h15m - -\n").isEmpty)
    let short = try #require(try findings("# tcp\nhost 10m - -\n").first)
    #expect(short.fact == "net.ipv4.tcp_keepalive_time is 7200 s here, tcp is 600 s in the policy")
    #expect(
      short.fix?.text.hasSuffix(
        "or here set tcp 8100 in line 2 of /etc/ipvs-timeout.conf, then `ipvs-timeout apply`") == true)
    #expect(try findings("host - 30s -\n").first?.fact.hasSuffix("tcp is 900 s") == true)
  }

  @Test func `does not judge what it cannot see`() throws {
    #expect(
      try KeepaliveCheck().findings(on: .example(timeouts: .kernelDefault)) == [
        .unchecked(
          .keepalive, "this kernel does not show net.ipv4.tcp_keepalive_time here")
      ])
    #expect(
      try KeepaliveCheck().findings(on: .example(timeouts: Timeouts(udp: 300), settings: usual)) == [
        .ok(.keepalive, "IPVS here balances no TCP")
      ])
    let udp = ServiceCounts(services: [.udp: 3, .sctp: 1])
    #expect(
      try KeepaliveCheck().findings(on: .example(timeouts: .kernelDefault, services: .success(udp), settings: usual))
        == [.ok(.keepalive, "there is no TCP service here")])
  }
}

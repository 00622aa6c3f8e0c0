// SPDX-License-Identifier: Apache-2.0

import IPVS
import Testing

@testable import Doctor

/// Whether there are ports left.
@Suite struct PortsCheckTests {
  private static let small: [KernelSetting: String] = [.localPortRange: "40000 40999"]
  private static let fails = "when no port is free, connect(2) fails: Cannot assign requested address (EADDRNOTAVAIL)"
  private static let pool =
    "in the program, reuse connections (a pool, keep-alive) instead of one for each request"

  @Test func `are enough where there are no connections`() {
    #expect(
      PortsCheck().findings(on: .example()) == [
        .ok(.ports, "none of the 28232 ports for outgoing connections (32768 to 60999) is in use")
      ])
  }

  @Test func `are enough where less than half is in use`() throws {
    let facts = SocketFacts.example(
      try .example("198.51.100.1:80", isLocal: true, [.timeWait: 5000]),
      try .example("198.51.100.9:3306", [.timeWait: 498, .established: 1]), settings: Self.small)
    #expect(
      PortsCheck().findings(on: facts) == [
        .ok(
          .ports,
          "the most for one service: 499 of 1000 (49 %) of the ports for outgoing connections (40000 to 40999), for"
            + " 198.51.100.9:3306")
      ])
  }

  @Test func `are worth a note where half is in use`() throws {
    let facts = SocketFacts.example(
      try .example("198.51.100.9:3306", [.timeWait: 499, .established: 1]), settings: Self.small)
    #expect(
      PortsCheck().findings(on: facts) == [
        .note(
          .ports,
          "198.51.100.9:3306: 500 of 1000 (50 %) of the ports for outgoing connections are in use from 192.0.2.1,"
            + " 499 of them by TIME_WAIT; 1 is open, by a program that doctor cannot see",
          so: Self.fails, fix: .advice(Self.pool))
      ])
  }

  @Test func `are a problem where four in five are in use`() throws {
    let facts = SocketFacts.example(try .example("198.51.100.9:3306", [.timeWait: 800]), settings: Self.small)
    #expect(
      PortsCheck().findings(on: facts) == [
        .problem(
          .ports,
          "198.51.100.9:3306: 800 of 1000 (80 %) of the ports for outgoing connections are in use from 192.0.2.1,"
            + " 800 of them by TIME_WAIT; none is open now",
          so: Self.fails,
          fix:
            .advice(
              "\(Self.pool); then `sysctl -w net.ipv4.tcp_tw_reuse=1`, a wider net.ipv4.ip_local_port_range, or a second"
                + " address at either end"))
      ])
  }

  @Test func `are counted without the reserved ones`() throws {
    let service = try SocketService.example("198.51.100.9:3306", [.timeWait: 400])
    let settings = Self.small.merging([.localReservedPorts: "40000-40499"]) { $1 }
    #expect(PortsCheck().findings(on: .example(service, settings: Self.small)).map(\.severity) == [.ok])
    #expect(PortsCheck().findings(on: .example(service, settings: settings)).map(\.severity) == [.problem])
  }

  @Test(
    arguments: [
      ("0", "1", "198.51.100.9", .problem), ("1", "1", "198.51.100.9", .note), ("1", "0", "198.51.100.9", .problem),
      ("2", "1", "198.51.100.9", .problem), ("2", "1", "127.0.0.1", .note), ("2", "1", "[::1]", .note),
      ("2", "0", "127.0.0.1", .problem), ("2", "1", "[2001:db8::1]", .problem),
    ] as [(String, String, String, Severity)])
  func `in TIME_WAIT are free where the kernel gives them again`(
    reuse: String, timestamps: String, address: String, severity: Severity
  ) throws {
    let service = try SocketService.example("\(address):3306", [.timeWait: 990])
    let settings = Self.small.merging([.tcpTimeWaitReuse: reuse, .tcpTimestamps: timestamps]) { $1 }
    #expect(PortsCheck().findings(on: .example(service, settings: settings)).map(\.severity) == [severity])
  }

  @Test func `of open connections are in use, whatever the kernel gives again`() throws {
    let service = try SocketService.example("198.51.100.9:3306", [.established: 800])
    let facts = SocketFacts.example(service, settings: Self.small.merging([.tcpTimeWaitReuse: "1"]) { $1 })
    #expect(PortsCheck().findings(on: facts).map(\.severity) == [.problem])
  }

  @Test func `are in use by connections without an answer`() throws {
    let service = try SocketService.example("198.51.100.9:3306", [.synSent: 700, .timeWait: 120])
    let owners = SocketOwners([
      SocketOwners.Group(service.name, .synSent): [SocketOwners.Owner("shopd", processes: [12], sockets: 256)]
    ])
    let facts = SocketFacts.example(service, settings: Self.small, owners: owners, in: .named("blue"))
    let finding = try #require(PortsCheck().findings(on: facts).first)
    #expect(finding.fact.hasSuffix("120 of them by TIME_WAIT, 700 by SYN_SENT; none is open now"))
    #expect(
      finding.fix?.text
        == "the service does not answer: check it, and check what drops packets on the way; shopd (pid 12) asks; to see it:"
        + " `nsenter --net=/run/netns/blue ss -tnp state syn-sent dst '198.51.100.9:3306'`; then"
        + " `nsenter --net=/run/netns/blue sysctl -w net.ipv4.tcp_tw_reuse=1`, a wider net.ipv4.ip_local_port_range, or a"
        + " second address at either end")
  }

  @Test func `are in use by a program that keeps many open`() throws {
    let service = try SocketService.example("198.51.100.9:3306", [.established: 900])
    let owners = SocketOwners([
      SocketOwners.Group(service.name, .established): [SocketOwners.Owner("shopd", processes: [12], sockets: 256)]
    ])
    #expect(
      PortsCheck().findings(on: .example(service, settings: Self.small, owners: owners)).first?.fix?.text
        == "shopd (pid 12) keeps so many open: let it use fewer; to see them:"
        + " `ss -tnp state established dst '198.51.100.9:3306'`; then a wider net.ipv4.ip_local_port_range, or a second"
        + " address at either end")
  }

  @Test(arguments: [("1", "1"), ("1", "0"), ("0", "0")])
  func `do not become more by tcp_tw_reuse where it is on or does nothing`(reuse: String, timestamps: String) throws {
    let service = try SocketService.example("198.51.100.9:3306", [.timeWait: 1000, .established: 800])
    let settings: [KernelSetting: String] = [
      .localPortRange: "40000 40999", .tcpTimeWaitReuse: reuse, .tcpTimestamps: timestamps,
    ]
    let finding = try #require(PortsCheck().findings(on: .example(service, settings: settings)).first)
    #expect(finding.severity == .problem)
    #expect(finding.fix?.text.contains("tcp_tw_reuse") == false)
  }

  @Test func `may all be reserved`() throws {
    let settings = Self.small.merging([.localReservedPorts: "40000-40999"]) { $1 }
    let service = try SocketService.example("198.51.100.9:3306", [.established: 1])
    #expect(
      PortsCheck().findings(on: .example(service, settings: settings)) == [
        .problem(
          .ports, "all ports for outgoing connections (40000 to 40999) are reserved (ip_local_reserved_ports)",
          so: Self.fails, fix: .command("sysctl -w net.ipv4.ip_local_reserved_ports="))
      ])
  }

  @Test func `in TIME_WAIT within this host are given again after the kernel's delay`() throws {
    let service = try SocketService.example("127.0.0.1:3306", [.timeWait: 990])
    let settings = Self.small.merging([.tcpTimeWaitReuseDelay: "300"]) { $1 }
    #expect(
      PortsCheck().findings(on: .example(service, settings: settings)).first?.consequence
        == "tcp_tw_reuse makes the ports in TIME_WAIT free again after 300 ms (tcp_tw_reuse_delay)")
  }
}

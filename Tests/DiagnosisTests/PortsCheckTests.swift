// SPDX-License-Identifier: Apache-2.0

import Host
import Testing

@testable import Diagnosis

/// Whether there are ports left.
@Suite struct PortsCheckTests {
  private static let small: [KernelSetting: String] = [.localPortRange: "40000 40999"]
  private static let fails = "when none is left, connect(2) fails: Cannot assign requested address (EADDRNOTAVAIL)"
  private static let pool =
    "in the program, use connections again (a pool, keep-alive) instead of one for each request"

  @Test func `are enough where there are no connections`() {
    #expect(
      PortsCheck().findings(on: .example()) == [
        .ok(.ports, "none of the 28232 ports for outgoing connections (32768 to 60999) is taken")
      ])
  }

  @Test func `are enough where less than half is taken`() throws {
    let facts = SocketFacts.example(
      try .example("198.51.100.1:80", isLocal: true, [.timeWait: 5000]),
      try .example("198.51.100.9:3306", [.timeWait: 498, .established: 1]), settings: Self.small)
    #expect(
      PortsCheck().findings(on: facts) == [
        .ok(
          .ports,
          "at the most, 499 of 1000 (49 %) of the ports for outgoing connections (40000 to 40999) are taken"
            + " towards one service, 198.51.100.9:3306")
      ])
  }

  @Test func `are worth a note where half is taken`() throws {
    let facts = SocketFacts.example(
      try .example("198.51.100.9:3306", [.timeWait: 499, .established: 1]), settings: Self.small)
    #expect(
      PortsCheck().findings(on: facts) == [
        .note(
          .ports,
          "198.51.100.9:3306: 500 of 1000 (50 %) of the ports for outgoing connections are taken from 192.0.2.1,"
            + " 499 of them by TIME_WAIT; 1 is open, that of a program that is not to be seen here",
          so: Self.fails, cure: Self.pool)
      ])
  }

  @Test func `are a problem where four in five are taken`() throws {
    let facts = SocketFacts.example(try .example("198.51.100.9:3306", [.timeWait: 800]), settings: Self.small)
    #expect(
      PortsCheck().findings(on: facts) == [
        .problem(
          .ports,
          "198.51.100.9:3306: 800 of 1000 (80 %) of the ports for outgoing connections are taken from 192.0.2.1,"
            + " 800 of them by TIME_WAIT; none is open at this moment",
          so: Self.fails,
          cure:
            "\(Self.pool); then `sysctl -w net.ipv4.tcp_tw_reuse=1`, a wider net.ipv4.ip_local_port_range, or a second"
            + " address on either side")
      ])
  }

  @Test func `are counted without the reserved ones`() throws {
    let service = try SocketService.example("198.51.100.9:3306", [.timeWait: 400])
    let settings = Self.small.merging([.localReservedPorts: "40000-40499"]) { $1 }
    #expect(PortsCheck().findings(on: .example(service, settings: Self.small)).map(\.verdict) == [.ok])
    #expect(PortsCheck().findings(on: .example(service, settings: settings)).map(\.verdict) == [.problem])
  }

  @Test(
    arguments: [
      ("0", "1", "198.51.100.9", .problem), ("1", "1", "198.51.100.9", .note), ("1", "0", "198.51.100.9", .problem),
      ("2", "1", "198.51.100.9", .problem), ("2", "1", "127.0.0.1", .note), ("2", "1", "[::1]", .note),
      ("2", "0", "127.0.0.1", .problem), ("2", "1", "[2001:db8::1]", .problem),
    ] as [(String, String, String, Verdict)])
  func `in TIME_WAIT are not taken where the kernel gives them again`(
    reuse: String, timestamps: String, address: String, verdict: Verdict
  ) throws {
    let service = try SocketService.example("\(address):3306", [.timeWait: 990])
    let settings = Self.small.merging([.tcpTimeWaitReuse: reuse, .tcpTimestamps: timestamps]) { $1 }
    #expect(PortsCheck().findings(on: .example(service, settings: settings)).map(\.verdict) == [verdict])
  }

  @Test func `of open connections are taken, whatever the kernel gives again`() throws {
    let service = try SocketService.example("198.51.100.9:3306", [.established: 800])
    let facts = SocketFacts.example(service, settings: Self.small.merging([.tcpTimeWaitReuse: "1"]) { $1 })
    #expect(PortsCheck().findings(on: facts).map(\.verdict) == [.problem])
  }
}

// SPDX-License-Identifier: Apache-2.0

import IPVS
import Testing

@testable import Doctor

/// Connections that are opened and closed all the time.
@Suite struct TimeWaitCheckTests {
  @Test func `are no finding where there are few`() throws {
    let facts = SocketFacts.example(
      try .example("198.51.100.9:3306", [.timeWait: 119]), try .example("198.51.100.9:80", [.timeWait: 119]))
    #expect(
      TimeWaitCheck().findings(on: facts) == [
        .ok(.timeWait, "238 sockets in TIME_WAIT, fewer than 120 for each service")
      ])
  }

  @Test func `name the service elsewhere, the ports and the program`() throws {
    let service = try SocketService.example("198.51.100.9:3306", [.timeWait: 300, .established: 3])
    let owners = SocketOwners([
      SocketOwners.Group(service.name, .established): [
        SocketOwners.Owner("php-fpm", processes: [12, 13, 14], sockets: 2),
        SocketOwners.Owner("a\u{1B}", processes: [9], sockets: 1),
      ]
    ])
    #expect(
      TimeWaitCheck().findings(on: .example(service, owners: owners)) == [
        .note(
          .timeWait,
          "198.51.100.9:3306: 300 sockets in TIME_WAIT, closed first by this host within about a minute; 303 of"
            + #" 28232 (1.0 %) of the ports for outgoing connections are in use; 3 are open, by php-fpm (pid 12 and 2 more), a\u{1B} (pid 9)"#,
          so:
            "at least 4 connections to it are opened and closed each second, and each uses a port for at least 60 s more; no"
            + " Linux setting shortens that",
          fix:
            .advice(
              "in the program, reuse connections (a pool, keep-alive) instead of one for each request, or let"
                + " the other end close first, where it uses no port; to see them: `ss -tan state time-wait dst"
                + " '198.51.100.9:3306'`"))
      ])
  }

  @Test func `at a service of this host are harmless`() throws {
    let facts = SocketFacts.example(
      try .example("[::]:443", isLocal: true, [.timeWait: 300, .closeWait: 100]))
    #expect(
      TimeWaitCheck().findings(on: facts) == [
        .note(
          .timeWait,
          "[::]:443 here: 300 sockets in TIME_WAIT, closed first by this host within about a minute",
          so:
            "that is harmless: all of them use the port of the service; each needs about 270 bytes of kernel memory"
            + " for at least 60 s")
      ])
  }

  @Test func `to many services are reported for the first ten`() throws {
    let services = try (1...13).map { try SocketService.example("198.51.100.\($0):3306", [.timeWait: 120]) }
    let findings = TimeWaitCheck().findings(on: SocketFacts(services))
    #expect(findings.count == 11)
    #expect(
      findings.last
        == .note(
          .timeWait, "the same applies to 3 more services",
          so: "`ipvs-timeout doctor --sockets --format json` lists them"))
  }

  @Test func `have a program that cannot be seen`() throws {
    let service = try SocketService.example("198.51.100.9:3306", [.timeWait: 300, .established: 3])
    let owners = SocketOwners(hiddenProcesses: 42)
    let fact = TimeWaitCheck().findings(on: .example(service, owners: owners)).first?.fact
    #expect(
      fact?.hasSuffix(
        "3 are open, by a program that doctor cannot see (42 processes hide their files: run it as root)") == true
    )
  }

  @Test(
    arguments: [
      ("198.51.100.9", [.tcpTimeWaitReuse: "1"], "at most a second"), ("127.0.0.1", [:], "at most a second"),
      ("198.51.100.9", [.tcpTimeWaitReuse: "1", .tcpTimeWaitReuseDelay: "1000"], "1000 ms (tcp_tw_reuse_delay)"),
      ("[::1]", [.tcpTimeWaitReuseDelay: "200"], "200 ms (tcp_tw_reuse_delay)"),
      ("127.0.0.1", [.tcpTimestamps: "0"], nil), ("198.51.100.9", [:], nil),
    ] as [(String, [KernelSetting: String], String?)])
  func `use a port for less where the kernel gives it again`(
    address: String, settings: [KernelSetting: String], delay: String?
  ) throws {
    let service = try SocketService.example("\(address):3306", [.timeWait: 300])
    let consequence = TimeWaitCheck().findings(on: .example(service, settings: settings)).first?.consequence
    let end =
      delay.map { "tcp_tw_reuse lets the next connection to it use the port after \($0)" }
      ?? "no Linux setting shortens that"
    #expect(consequence?.hasSuffix("uses a port for at least 60 s more; \(end)") == true, "\(consequence ?? "")")
  }

  @Test func `are looked at in their own network namespace`() throws {
    let services = try (1...11).map { try SocketService.example("198.51.100.\($0):3306", [.timeWait: 120]) }
    let findings = TimeWaitCheck().findings(on: SocketFacts(services, in: .named("blue")))
    #expect(
      findings.first?.fix?.text.hasSuffix(
        "`nsenter --net=/run/netns/blue ss -tan state time-wait dst '198.51.100.1:3306'`") == true)
    #expect(
      findings.last?.consequence
        == "`ipvs-timeout doctor --sockets --format json --netns blue` lists them")
  }
}

// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// Renewals of connections that real packets have made.
  @Suite struct RenewalTests {
    private let director = Topology.director

    @Test(arguments: RenewalPath.all)
    func shortensTimersAtOnceAndChangesNothingElse(_ path: RenewalPath) async throws {
      try await path.with {
        let scene = try RenewalScene(path)
        try await director.expectTimers([40001: 61...900, 40002: 31...120, 40003: 61...300])
        let counters = try await director.serverCounters()
        let states = try await director.entries().map(\.state)
        #expect(states == ["ESTABLISHED", "FIN_WAIT", "UDP"])
        expect(
          try await director.program("set", "60", "30", "60", "--renew", "--yes"),
          equals: Outcome(
            0, "Timeout (tcp tcpfin udp): 60 30 60 (was 900 120 300)\nrenewed 3 of 3 connections\n"))
        try await director.expectTimers([40001: 1...60, 40002: 1...30, 40003: 1...60])
        expect(try await director.program("connections", "--outdated"), equals: Outcome())
        expect(try await director.serverCounters(), equals: counters)
        expect(try await director.entries().map(\.state), equals: states)
        #expect(try await director.entries().allSatisfy { $0.origin == "LOCAL" })
        try await director.expectNoDaemon()

        // The next packet finds the same entries, and gives them the timeouts of that time.
        try await director.set(700, 600, 500)
        try scene.exchanges()
        let isNew = try await eventually {
          let timers = try await director.timers()
          return timers.count == 3
            && [40001: 700, 40002: 600, 40003: 500].allSatisfy { port, limit in
              ((limit - 90)...limit).contains(timers[port] ?? 0)
            }
        }
        let entries = try await director.entries()
        #expect(isNew, "\(entries)")
        expect(try await director.serverCounters(), equals: counters)
        let last = try scene.closes()
        #expect(
          try await eventually { try await director.entries().first { $0.port == 40001 }?.state == last })
        let closed = try await director.serverCounters()
        #expect(closed.first?.hasSuffix(" 0 2") == true && closed.last?.hasSuffix(" 0 1") == true, "\(closed)")
        // The kernel has counted no connection twice. Ten more of each show when it has counted all.
        try scene.opensTenMore()
        #expect(try await eventually { try await director.connectionTotals() == [12, 11] })
      }
    }

    /// The counters of the real servers show whether the kernel counts a renewed connection once.
    @Test(arguments: RenewalPath.all)
    func letsThemEndAfterTheNewTimeout(_ path: RenewalPath) async throws {
      try await path.with {
        let scene = try RenewalScene(path)
        let outcome = try await director.program("set", "5", "5", "5", "--renew", "--yes")
        #expect(outcome.status == 0 && outcome.stderr.isEmpty, "\(outcome)")
        #expect(try await eventually { try await director.entries().isEmpty })
        let counters = try await director.serverCounters()
        #expect(counters.count == 2 && counters.allSatisfy { $0.hasSuffix(" 1 0 0") }, "\(counters)")
        withExtendedLifetime(scene) {}
      }
    }

    @Test(arguments: RenewalPath.all, [true, false])
    func lengthensTimers(_ path: RenewalPath, _ isInOneStep: Bool) async throws {
      try await path.with {
        let scene = try RenewalScene(path)
        let counters = try await director.serverCounters()
        if isInOneStep {
          expect(
            try await director.program("set", "2h15m", "4m", "10m", "--renew"),
            equals: Outcome(
              0, "Timeout (tcp tcpfin udp): 8100 240 600 (was 900 120 300)\nrenewed 3 of 3 connections\n",
              "ipvs-timeout: 3 of 3 connections will get the new timeout now;"
                + " none of them was silent for longer than that\n"))
        } else {
          try await director.set(8100, 240, 600)
          expect(try await director.program("renew"), equals: Outcome(0, "renewed 0 of 3 connections\n"))
          try await director.expectTimers([40001: 1...900, 40002: 1...120, 40003: 1...300])
          let outcome = try await director.program("renew", "--shorter")
          expect(Outcome(outcome.status, outcome.stdout), equals: Outcome(0, "renewed 3 of 3 connections\n"))
        }
        try await director.expectTimers([40001: 901...8100, 40002: 121...240, 40003: 301...600])
        expect(try await director.serverCounters(), equals: counters)
        try scene.exchanges()
        expect(try await director.serverCounters(), equals: counters)
        try await director.expectNoDaemon()
      }
    }

    @Test(arguments: ["with", "try"])
    func worksInBothDirectionsOfATrial(_ word: String) async throws {
      let path = RenewalPath(forwarding: .masquerading, family: .ipv4)
      try await path.with {
        let scene = try RenewalScene(path)
        let counters = try await director.serverCounters()
        let fails = word == "try" ? "; false" : ""
        let outcome = try await director.program(
          word, "60", "30", "60", "--renew", "--yes", "--", "sh", "-c",
          "cat /proc/net/ip_vs_conn_sync >\(ScratchDirectory.current.path)/during\(fails)")
        #expect(outcome.status == (word == "try" ? 1 : 0), "\(outcome)")
        let during = try ScratchDirectory.current.text("during").split(separator: "\n").dropFirst().map { line in
          try #require(line.split(separator: " ").last.flatMap { Int($0) })
        }
        #expect(during.count == 3 && during.allSatisfy { $0 <= 60 }, "\(during)")
        try await director.expectTimers([40001: 61...900, 40002: 31...120, 40003: 61...300])
        expect(try await director.serverCounters(), equals: counters)
        try scene.exchanges()
        try await director.expectEnd("900 120 300")
        #expect(
          outcome.stdout
            == "renewed 3 of 3 connections\nTimeout (tcp tcpfin udp): 900 120 300 (put back; tried 60 30 60)\n"
            + "renewed 3 of 3 connections\n", "\(outcome)")
      }
    }
  }
}

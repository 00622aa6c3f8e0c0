// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// Many connections, and directors that send their connections to each other.
  @Suite(.clearingUp) struct RenewalManyTests {
    private let netns = Namespace.current
    private let path = RenewalPath(forwarding: .masquerading, family: .ipv4)

    @Test func leavesNoneOfAThousandConnectionsOutdated() async throws {
      try await path.with {
        let receiver = try LabSocket(in: Topology.server, at: path.server, path.datagramPort, isStream: false)
        for port: UInt16 in 20_000..<21_000 {
          let sender = try LabSocket(in: Topology.client, at: path.family.client, port, isStream: false)
          try sender.connects(to: path.service, 53)
          try sender.sends()
          try receiver.receives()
        }
        let counters = try await Topology.director.serverCounters()
        #expect(counters.last?.hasSuffix(" 0 1000") == true, "\(counters)")
        expect(
          try await Topology.director.program("set", "60", "30", "60", "--renew", "--yes"),
          equals: Outcome(
            0, "Timeout (tcp tcpfin udp): 60 30 60 (was 900 120 300)\nrenewed 1000 of 1000 connections\n"))
        expect(try await Topology.director.program("connections", "--outdated"), equals: Outcome())
        expect(try await Topology.director.serverCounters(), equals: counters)
        #expect(try await Topology.director.entries().allSatisfy { $0.secondsLeft <= 60 && $0.origin == "LOCAL" })
      }
    }

    @Test func renewsThousandsOfBothFamilies() async throws {
      let rows = (1...UInt16(2500)).flatMap { port in
        [
          RenewalTable.Row(port: port, seconds: 890),
          RenewalTable.Row(
            state: .udp, port: port, seconds: 290, client: "2001:db8:1::2", service: ("2001:db8:1::100", 53),
            server: ("2001:db8:2::2", 5353)),
        ]
      }
      for begin in stride(from: 0, to: rows.count, by: 1000) {
        try await RenewalTable.fill(Array(rows[begin..<(begin + 1000)]), in: netns)
      }
      try await netns.set(60, 30, 60)
      expect(try await netns.program("renew", "--yes"), equals: Outcome(0, "renewed 5000 of 5000 connections\n"))
      expect(try await netns.program("connections", "--outdated"), equals: Outcome())
      try await netns.expectNoDaemon()
    }

    /// The director sends its connections to the other one, on the link to the real server.
    @Test func isDoneOnTheDirectorThatForwards() async throws {
      try await path.with {
        let other = Topology.server
        let director = Topology.director
        try await Guest.output(
          other.entering + [
            Guest.ipvsadm, "--start-daemon", "backup", "--mcast-interface", "director", "--syncid", "7",
          ])
        try await Guest.output(
          director.entering + [
            Guest.ipvsadm, "--start-daemon", "master", "--mcast-interface", "server", "--syncid", "7",
          ])
        try await director.setting("net.ipv4.vs.sync_threshold", "0 1")
        let scene = try RenewalScene(path)
        #expect(try await eventually { try await other.entries().count == 3 })
        let daemons = try await director.daemons()
        // The master daemon sends within two seconds.
        #expect(
          try await eventually {
            let before = try await received(by: other)
            try await Task.sleep(for: .seconds(5))
            return try await received(by: other) == before
          })
        let count = try await received(by: other)
        for namespace in [director, other] { try await namespace.set(60, 30, 60) }

        let refused = try await other.program("renew", "--yes")
        #expect(refused.status == 69 && refused.isOneSentence, "\(refused)")
        #expect(refused.stderr.contains("renew them on the director that forwards them"), "\(refused)")
        #expect(try await other.timers()[40001].map { $0 > 60 } == true)

        let counters = try await director.serverCounters()
        expect(try await director.program("renew", "--yes"), equals: Outcome(0, "renewed 3 of 3 connections\n"))
        try await director.expectTimers([40001: 1...60, 40002: 1...30, 40003: 1...60])
        expect(try await director.serverCounters(), equals: counters)
        // The master daemon still runs, and has sent nothing because of the renewal.
        expect(try await director.daemons(), equals: daemons)
        expect(try await received(by: other), equals: count)
        // A packet is sent to the other director, with the new timeout.
        try scene.exchanges()
        #expect(try await eventually { try await other.timers()[40001].map { $0 <= 60 } == true })
        expect(try await director.serverCounters(), equals: counters)
      }
    }

    /// The number of datagrams that a director has received.
    private func received(by netns: Namespace) async throws -> String {
      let lines = try await Guest.output(netns.entering + ["cat", "/proc/net/snmp"]).split(separator: "\n")
      let udp = try #require(lines.last { $0.hasPrefix("Udp: ") })
      return String(udp.split(separator: " ")[1])
    }

    /// The other director has failed, and its connections are renewed here.
    @Test func renewsTheConnectionsOfADirectorThatHasFailed() async throws {
      try await RenewalTable.fill(in: netns)
      #expect(try await netns.entries().allSatisfy { $0.origin == "SYNC" })
      let outcome = try await netns.program("set", "60", "30", "60", "--renew", "--yes")
      #expect(outcome.status == 0 && outcome.stdout.contains("\nrenewed 3 of 4 connections"), "\(outcome)")
      #expect(try await netns.entries().allSatisfy { $0.origin == "SYNC" })
    }

    /// keepalived's daemon runs as master, and continues.
    @Test func worksNextToAMasterDaemonOnTheLoopbackInterface() async throws {
      try await RenewalTable.fill(in: netns)
      try await netns.set(60, 30, 60)
      try await Guest.output(
        netns.entering + [Guest.ipvsadm, "--start-daemon", "master", "--mcast-interface", "lo", "--syncid", "9"])
      let daemons = try await netns.daemons()
      #expect(daemons.contains("master"))
      let outcome = try await netns.program("renew", "--yes")
      #expect(outcome.status == 0 && outcome.stdout.hasPrefix("renewed 3 of 4 connections"), "\(outcome)")
      expect(try await netns.daemons(), equals: daemons)
    }
  }
}

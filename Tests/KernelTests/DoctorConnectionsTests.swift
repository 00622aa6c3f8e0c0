// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// What `doctor` says of connections that real packets have made.
  @Suite struct DoctorConnectionsTests {
    private let director = Topology.director

    private static let rules = """
      -A -t 192.0.2.100:80 -s rr
      -a -t 192.0.2.100:80 -r 198.51.100.2:8080 -m
      -A -t 192.0.2.101:80 -s rr
      -a -t 192.0.2.101:80 -r 198.51.100.2:80 -g
      """

    /// Opens a connection and closes it from both ends, the client first.
    private func closed(_ port: UInt16, to address: String, _ listener: LabSocket) throws -> [LabSocket] {
      let client = try LabSocket(in: Topology.client, at: "192.0.2.2", port)
      try client.connects(to: address, 80)
      let server = try listener.accepts()
      try client.ends()
      try server.receives()
      try server.ends()
      try client.receives()
      return [client, server]
    }

    @Test func areOutdatedUntilTheirNextPacket() async throws {
      try await Topology.with(rules: DoctorConnectionsTests.rules) {
        let listener = try LabSocket(in: Topology.server, at: "198.51.100.2", 8080).listens()
        let client = try LabSocket(in: Topology.client, at: "192.0.2.2", 40001)
        try client.connects(to: "192.0.2.100", 80)
        let server = try listener.accepts()
        let none = [DoctorFinding("ok", "outdated", "no connection is outdated (still on the old timer)")]
        #expect(try await director.doctor(about: "outdated") == none)
        try await director.set(60, 30, 45)
        let note = try #require(try await director.doctor(about: "outdated").first)
        #expect(
          note.fact.hasPrefix(
            "1 connection is outdated (still on the old timer): 1 of tcp; the last silent one ends in 14m5"), "\(note)")
        #expect(note.severity == "note")
        #expect(
          note.consequence
            == "each gets today's timeout at its next packet; an idle one ends when its old timer does, or up to an"
            + " eighth later")
        #expect(note.fix == "ipvs-timeout renew")
        try await director.fix(note)
        #expect(try await director.doctor(about: "outdated") == none)
        try client.sends()
        try server.receives()
      }
    }

    /// A client that goes on sending to a real server that was removed: its packets are dropped and restart no timer.
    @Test func goToARemovedServerUntilTheirTimerEnds() async throws {
      let rules = "-A -u 192.0.2.100:514 -s rr\n-a -u 192.0.2.100:514 -r 198.51.100.2:514 -m"
      try await Topology.with(rules: rules) {
        let server = try LabSocket(in: Topology.server, at: "198.51.100.2", 514, isStream: false)
        let client = try LabSocket(in: Topology.client, at: "192.0.2.2", 5514, isStream: false)
        try client.connects(to: "192.0.2.100", 514)
        try client.sends()
        let none = [DoctorFinding("ok", "removed-servers", "no connection goes to a removed real server")]
        #expect(try await director.doctor(about: "removed-servers") == none)
        let removal = "-d -u 192.0.2.100:514 -r 198.51.100.2:514".split(separator: " ").map(String.init)
        try await Guest.output(director.entering + [Guest.ipvsadm] + removal)
        try await director.set(900, 120, 5)
        try client.sends()
        let note = try #require(try await director.doctor(about: "removed-servers").first)
        #expect(note.severity == "note")
        #expect(
          note.fact.hasPrefix(
            "1 connection goes to real servers that their service no longer has; the last one ends in 4m5"),
          "\(note)")
        let outdated = try await director.doctor(about: "outdated").first
        #expect(
          outdated?.consequence?.contains(", except 1 to removed real servers;") == true,
          "\(String(describing: outdated))")
        // The fix does what it says.
        try await director.fix(note)
        try client.sends()
        #expect(try await eventually { try await director.doctor(about: "removed-servers") == none })
        withExtendedLifetime(server) {}
      }
    }

    @Test func endInTimeWaitByNAT() async throws {
      try await Topology.with(rules: DoctorConnectionsTests.rules) {
        let listener = try LabSocket(in: Topology.server, at: "198.51.100.2", 8080).listens()
        let sockets = try (40001...40012).flatMap { try closed(UInt16($0), to: "192.0.2.100", listener) }
        try await Task.sleep(for: .milliseconds(200))
        #expect(
          try await director.doctor(about: "fixed-states") == [
            DoctorFinding(
              "note", "fixed-states",
              "12 of 12 TCP connections (100 %) are in states with a timer that the kernel fixes, most in TIME_WAIT",
              so:
                "tcpfin does not change them: it governs FIN_WAIT, and TIME_WAIT lasts 120 s; with NAT (Masq) the"
                + " director sees both ends close, so connections end in TIME_WAIT",
              fix:
                "in the clients, use fewer connections: keep them open and reuse them; or use direct routing or a"
                + " tunnel (ipvsadm -g, -i): there FIN_WAIT is the last state, and tcpfin governs it")
          ])
        withExtendedLifetime(sockets) {}
      }
    }

    @Test func endInFinWaitByDirectRouting() async throws {
      try await Topology.with(rules: DoctorConnectionsTests.rules) {
        let listener = try LabSocket(in: Topology.server, at: "192.0.2.101", 80).listens()
        let sockets = try (40001...40012).flatMap { try closed(UInt16($0), to: "192.0.2.101", listener) }
        try await Task.sleep(for: .milliseconds(200))
        #expect(
          try await director.doctor(about: "fixed-states") == [
            DoctorFinding(
              "ok", "fixed-states",
              "0 of 12 TCP connections (0 %) are in states with a timer that the"
                + " kernel fixes")
          ])
        withExtendedLifetime(sockets) {}
      }
    }
  }
}

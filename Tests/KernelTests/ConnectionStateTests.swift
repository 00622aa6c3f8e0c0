// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// Every state that packets can bring a connection to, and the source of its timer.
  @Suite struct ConnectionStateTests {
    private let director = Topology.director

    /// The last cell of each state's row with the default timeouts.
    private static let rules = [
      "ESTABLISHED": (900, "tcp = 900 s"), "FIN_WAIT": (120, "tcpfin = 120 s"), "UDP": (300, "udp = 300 s"),
      "TIME_WAIT": (120, fixed(120)), "SYN_SENT": (120, fixed(120)), "SYNACK": (120, fixed(120)),
      "LISTEN": (120, fixed(120)), "SYN_RECV": (60, fixed(60)), "CLOSE_WAIT": (60, fixed(60)), "CLOSE": (10, fixed(10)),
    ]

    private static func fixed(_ seconds: Int) -> String { "kernel: \(seconds) s" }

    /// Expects one connection in each of these states, and no others.
    private func expectOne(in states: Set<String>) async throws {
      var rows: [String: ConnectionRow] = [:]
      // The hosts need a moment to find each other.
      let haveCome = try await eventually {
        rows = try await director.connectionRows()
        return Set(rows.keys) == states
      }
      #expect(haveCome, "\(rows)")
      for (state, row) in rows {
        let (seconds, rule) = try #require(ConnectionStateTests.rules[state])
        #expect(row.count == 1 && row.rule == rule, "\(state): \(row)")
        #expect((seconds - 8...seconds).contains(row.longest), "\(state): \(row)")
      }
    }

    @Test(arguments: [Topology.Family.ipv4, .ipv6])
    func isReachedByNAT(_ family: Topology.Family) async throws {
      try await Topology.with(rules: family.rules) {
        let listener = try LabSocket(in: Topology.server, at: family.server, 8080).listens()
        let receiver = try LabSocket(in: Topology.server, at: family.server, 5353, isStream: false)
        func opened(_ port: UInt16) throws -> (client: LabSocket, server: LabSocket) {
          let client = try LabSocket(in: Topology.client, at: family.client, port)
          try client.connects(to: family.masqueraded, 80)
          return (client, try listener.accepts())
        }
        func begun(_ port: UInt16, to service: UInt16) throws -> LabSocket {
          let client = try LabSocket(in: Topology.client, at: family.nobody, port, isForeign: true)
          try client.beginsToConnect(to: family.masqueraded, service)
          return client
        }
        let established = try opened(40001)
        let finWait = try opened(40002)
        try finWait.server.ends()
        try finWait.client.receives()
        let closeWait = try opened(40003)
        try closeWait.client.ends()
        try closeWait.server.receives()
        let timeWait = try opened(40004)
        try timeWait.client.ends()
        try timeWait.server.receives()
        try timeWait.server.ends()
        try timeWait.client.receives()
        do { try opened(40005).client.resets() }
        let datagrams = try LabSocket(in: Topology.client, at: family.client, 40006, isStream: false)
        try datagrams.connects(to: family.masqueraded, 53)
        try datagrams.sends()
        try receiver.receives()
        let synReceived = try begun(40007, to: 80)
        // Nothing listens there, so the server resets the connection. Then it opens one itself.
        let refused = try begun(40008, to: 81)
        try await Task.sleep(for: .milliseconds(200))
        let synSent = try LabSocket(in: Topology.server, at: family.server, 8081)
        try synSent.beginsToConnect(to: family.nobody, 40008)
        try await expectOne(in: [
          "ESTABLISHED", "FIN_WAIT", "CLOSE_WAIT", "TIME_WAIT", "CLOSE", "UDP", "SYN_RECV", "SYN_SENT",
        ])
        withExtendedLifetime((established, finWait, closeWait, timeWait, synReceived, refused, synSent)) {}
      }
    }

    @Test(arguments: [Topology.Family.ipv4, .ipv6])
    func isReachedByDirectRouting(_ family: Topology.Family) async throws {
      try await Topology.with(rules: family.rules) {
        let listener = try LabSocket(in: Topology.server, at: family.routed, 80).listens()
        let receiver = try LabSocket(in: Topology.server, at: family.routed, 53, isStream: false)
        func opened(_ port: UInt16) throws -> (client: LabSocket, server: LabSocket) {
          let client = try LabSocket(in: Topology.client, at: family.client, port)
          try client.connects(to: family.routed, 80)
          return (client, try listener.accepts())
        }
        let established = try opened(40001)
        let finWait = try opened(40002)
        try finWait.client.ends()
        try finWait.server.receives()
        do { try opened(40003).client.resets() }
        let datagrams = try LabSocket(in: Topology.client, at: family.client, 40004, isStream: false)
        try datagrams.connects(to: family.routed, 53)
        try datagrams.sends()
        try receiver.receives()
        let synReceived = try LabSocket(in: Topology.client, at: family.nobody, 40005, isForeign: true)
        try synReceived.beginsToConnect(to: family.routed, 80)
        // The client closes the connection before it is established. The director sees nothing of the server's side.
        let timeWait = try LabSocket(forSegmentsIn: Topology.client, from: family.client, to: family.routed)
        for flags: UInt8 in [0b10, 0b1] { try timeWait.sendsSegment(flags, from: 40006, to: 80) }
        try await expectOne(in: ["ESTABLISHED", "FIN_WAIT", "CLOSE", "UDP", "SYN_RECV", "TIME_WAIT"])
        withExtendedLifetime((established, finWait, synReceived)) {}
      }
    }

    /// With `secure_tcp` the kernel has another table of states.
    @Test(arguments: [Topology.Family.ipv4, .ipv6], [true, false])
    func isSynAckWithSecureTCP(_ family: Topology.Family, _ isMasqueraded: Bool) async throws {
      try await Topology.with(rules: family.rules) {
        let defense = "echo 3 >/proc/sys/net/ipv4/vs/secure_tcp"
        try await Guest.output(director.entering + ["sh", "-c", defense])
        let server = isMasqueraded ? (family.server, 8080 as UInt16) : (family.routed, 80)
        let listener = try LabSocket(in: Topology.server, at: server.0, server.1).listens()
        let client = try LabSocket(in: Topology.client, at: family.nobody, 40001, isForeign: true)
        try client.beginsToConnect(to: isMasqueraded ? family.masqueraded : family.routed, 80)
        try await expectOne(in: ["SYNACK"])
        withExtendedLifetime((listener, client)) {}
      }
    }

    /// An FTP server says where it expects the client's next connection, which depends on the first one.
    @Test(arguments: Topology.passiveFTP)
    func isListenIfFTPExpectsAClient(_ family: Topology.Family, _ request: String, _ reply: String) async throws {
      try await Topology.withFTP(family) {
        let listener = try LabSocket(in: Topology.server, at: family.server, 21).listens()
        let client = try LabSocket(in: Topology.client, at: family.client, 40001)
        try client.connects(to: family.masqueraded, 21)
        let server = try listener.accepts()
        try client.sends(request)
        try server.receives()
        try server.sends(reply)
        try await expectOne(in: ["ESTABLISHED", "LISTEN"])
        // While another connection depends on it, it stays after its timer ends.
        try await director.set(2, 2, 2)
        try client.sends()
        let isKept = try await eventually {
          let control = try await director.connectionRows()["ESTABLISHED"]
          return control.map { (50...60).contains($0.longest) && $0.rule == "tcp = 2 s" } == true
        }
        #expect(isKept)
        expect(try await director.program("connections", "--outdated"), equals: Outcome())
        withExtendedLifetime((client, server)) {}
      }
    }
  }
}

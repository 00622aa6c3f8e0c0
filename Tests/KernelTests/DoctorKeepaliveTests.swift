// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// What `ipvs-timeout doctor` says of keep-alive, and whether it is true of packets.
  @Suite struct DoctorKeepaliveTests {
    private let family = Topology.Family.ipv4

    @Test func notesThatTheKernelsDefaultsCutIdleConnections() async throws {
      try await addTCPService()
      let finding = try await Namespace.current.finding(about: "keepalive")
      #expect(finding.severity == "note")
      #expect(finding.fact == "net.ipv4.tcp_keepalive_time is 7200 s here, tcp is 900 s")
      #expect(finding.fix?.hasSuffix("; or here `ipvs-timeout set --tcp 2h15m`") == true)
    }

    /// Where there is no TCP service, nothing is dropped.
    @Test func isSilentWithoutTCPServices() async throws {
      #expect(try await Namespace.current.doctor(about: "keepalive").isEmpty)
      try await Namespace.current.addService()
      #expect(
        try await Namespace.current.doctor(about: "keepalive") == [
          DoctorFinding("ok", "keepalive", "there is no TCP service here")
        ])
    }

    private func addTCPService() async throws {
      let rule = ["-A", "-t", "192.0.2.1:80", "-s", "rr"]
      try await Guest.output(Namespace.current.entering + [Guest.ipvsadm] + rule)
    }

    @Test func isContentWhereTheFixWasDone() async throws {
      try await addTCPService()
      try await Namespace.current.setting("net.ipv4.tcp_keepalive_time", "300")
      #expect(try await Namespace.current.finding(about: "keepalive").severity == "ok")
      try await Namespace.current.setting("net.ipv4.tcp_keepalive_time", "7200")
      #expect(try await Namespace.current.finding(about: "keepalive").severity == "note")
      expect(try await Namespace.current.program("set", "--tcp", "2h15m").status, equals: 0)
      #expect(try await Namespace.current.finding(about: "keepalive").severity == "ok")
    }

    /// The connection without keep-alive is dropped and neither end notices.
    ///
    /// The other one lives, because of the client's setting alone.
    @Test func isRightThatTheClientsSettingCounts() async throws {
      try await Topology.with(rules: family.rules) {
        try await Topology.director.set(3, 3, 3)
        try await Topology.client.setting("net.ipv4.tcp_keepalive_time", "1")
        try await Topology.client.setting("net.ipv4.tcp_keepalive_intvl", "1")
        let listener = try LabSocket(in: Topology.server, at: family.server, 8080).listens()
        func opened(_ port: UInt16, keepsAlive: Bool) throws -> (client: LabSocket, server: LabSocket) {
          let client = try LabSocket(in: Topology.client, at: family.client, port)
          if keepsAlive { try client.keepsAlive() }
          try client.connects(to: family.masqueraded, 80)
          return (client, try listener.accepts())
        }
        let silent = try opened(40001, keepsAlive: false)
        let alive = try opened(40002, keepsAlive: true)
        try await Task.sleep(for: .seconds(5))
        try alive.client.sends()
        try alive.server.receives()
        try alive.server.sends()
        try alive.client.receives()
        // The server still thinks it is open: it can send, and nothing arrives.
        try silent.server.sends()
        #expect(throws: (any Error).self) { try silent.client.receives() }
        let finding = try await Topology.director.finding(about: "keepalive")
        #expect(
          finding.consequence?.contains(
            "a connection that is idle for 3s is dropped while both ends still think it is open") == true)
      }
    }
  }
}

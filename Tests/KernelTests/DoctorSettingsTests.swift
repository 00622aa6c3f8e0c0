// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// What `ipvs-timeout doctor` says of IPVS' settings, and whether it is true of packets.
  @Suite struct DoctorSettingsTests {
    private let family = Topology.Family.ipv4
    private let director = Topology.director

    private func opened(_ port: UInt16, _ listener: LabSocket) throws -> (client: LabSocket, server: LabSocket) {
      let client = try LabSocket(in: Topology.client, at: family.client, port)
      try client.connects(to: family.masqueraded, 80)
      return (client, try listener.accepts())
    }

    private func listens() throws -> LabSocket {
      try LabSocket(in: Topology.server, at: family.server, 8080).listens()
    }

    /// Expects one note, of this setting.
    private func expectNote(of setting: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
      let notes = try await director.doctor(about: "settings").filter { $0.severity != "ok" }
      #expect(notes.map(\.severity) == ["note"], sourceLocation: sourceLocation)
      #expect(notes.first?.fact.hasPrefix("net.ipv4.vs.\(setting) = ") == true, sourceLocation: sourceLocation)
    }

    /// To which real servers the entries of a service belong.
    private func servers(of service: String) async throws -> Set<String> {
      let lines = try await Guest.output(director.entering + [Guest.ipvsadm, "-Lnc"]).split(separator: "\n")
      return Set(
        lines.filter { $0.contains(" \(service) ") }.compactMap { $0.split(separator: " ").last.map(String.init) })
    }

    @Test func areAsUsualInANewNamespace() async throws {
      try await Namespace.current.addService()
      let finding = try await Namespace.current.finding(about: "settings")
      #expect(finding.severity == "ok")
      #expect(
        finding.fact
          == "net.ipv4.vs: conn_reuse_mode = 1, expire_nodest_conn = 0, expire_quiescent_template = 0, secure_tcp = 0,"
          + " sloppy_tcp = 0, drop_entry = 0")
    }

    @Test func keepAnIdleConnectionFromTheTimeoutWhileTCPIsSecure() async throws {
      try await Topology.with(rules: family.rules) {
        try await director.setting("net.ipv4.vs.secure_tcp", "3")
        try await expectNote(of: "secure_tcp")
        let listener = try listens()
        let pair = try opened(40001, listener)
        #expect(try await director.connectionRows().keys.sorted() == ["SYNACK"])
        try pair.server.sends()
        try pair.client.receives()
        #expect(try await director.connectionRows().keys.sorted() == ["ESTABLISHED"])
      }
    }

    @Test func bringAnEntryBackWhereTCPIsSloppy() async throws {
      try await Topology.with(rules: family.rules) {
        let listener = try listens()
        try await director.set(1, 1, 1)
        let cut = try opened(40001, listener)
        let revived = try opened(40002, listener)
        #expect(try await eventually { try await director.connectionRows().isEmpty })
        try cut.client.sends()
        #expect(throws: (any Error).self) { try cut.server.receives() }
        try await director.setting("net.ipv4.vs.sloppy_tcp", "1")
        try await expectNote(of: "sloppy_tcp")
        try revived.client.sends()
        try revived.server.receives()
      }
    }

    @Test func endEntriesWithTheirServer() async throws {
      try await Topology.with(rules: family.rules) {
        let listener = try listens()
        let service = ["-t", "\(family.masqueraded):80", "-r", "\(family.server):8080"]
        let kept = try opened(40001, listener)
        try await Guest.output(director.entering + [Guest.ipvsadm, "-d"] + service)
        try kept.client.sends()
        #expect(try await director.connectionRows()["ESTABLISHED"]?.count == 1)
        try await director.setting("net.ipv4.vs.expire_nodest_conn", "1")
        try await expectNote(of: "expire_nodest_conn")
        try await Guest.output(director.entering + [Guest.ipvsadm, "-a"] + service + ["-m"])
        try await Guest.output(director.entering + [Guest.ipvsadm, "-d"] + service)
        #expect(try await eventually { try await director.connectionRows().isEmpty })
      }
    }

    /// By NAT an entry in TIME_WAIT, by direct routing one in FIN_WAIT: whose port is used again.
    @Test(arguments: [(0, false, false), (1, true, false), (2, true, true)])
    func decideWhatBecomesOfAnEntryWhosePortIsUsedAgain(
      _ mode: Int, newServerByNAT: Bool, newServerByRouting: Bool
    ) async throws {
      try await Topology.with(rules: family.rules) {
        try await director.setting("net.ipv4.vs.conn_reuse_mode", "\(mode)")
        if mode == 1 {
          #expect(try await director.finding(about: "settings").severity == "ok")
        } else {
          try await expectNote(of: "conn_reuse_mode")
        }
        for (service, server, method, isNew) in [
          (family.masqueraded, "\(family.server):8080", "-m", newServerByNAT),
          (family.routed, "\(family.server):80", "-g", newServerByRouting),
        ] {
          let isMasqueraded = method == "-m"
          let listener = try LabSocket(
            in: Topology.server, at: isMasqueraded ? family.server : family.routed, isMasqueraded ? 8080 : 80
          ).listens()
          do {
            let client = try LabSocket(in: Topology.client, at: family.client, 40001)
            try client.connects(to: service, 80)
            let first = try listener.accepts()
            // Who ends first has the socket in TIME_WAIT: not the client, which is to use its port again.
            try first.ends()
            try client.receives()
            try client.ends()
            try first.receives()
          }
          let other = "198.51.100.7:\(isMasqueraded ? 8080 : 80)"
          let rule = ["-t", "\(service):80", "-r"]
          try await Guest.output(director.entering + [Guest.ipvsadm, "-e"] + rule + [server, method, "-w", "0"])
          try await Guest.output(director.entering + [Guest.ipvsadm, "-a"] + rule + [other, method])
          let again = try LabSocket(in: Topology.client, at: family.client, 40001)
          try again.beginsToConnect(to: service, 80)
          let wanted = isNew ? other : server
          let isThere = try await eventually { try await servers(of: "\(service):80") == [wanted] }
          #expect(isThere, "\(mode) \(method)")
          withExtendedLifetime(again) {}
        }
      }
    }

    @Test func endHalfOpenEntriesAtRandom() async throws {
      try await Topology.with(rules: family.rules) {
        let listener = try listens()
        let clients = try (0..<64).map { (number: UInt16) in
          let client = try LabSocket(in: Topology.client, at: family.nobody, 40000 + number, isForeign: true)
          try client.beginsToConnect(to: family.masqueraded, 80)
          return client
        }
        #expect(try await eventually { try await director.connectionRows()["SYN_RECV"]?.count == 64 })
        try await Task.sleep(for: .seconds(2))
        #expect(try await director.connectionRows()["SYN_RECV"]?.count == 64)
        try await director.setting("net.ipv4.vs.drop_entry", "3")
        let finding = try await director.doctor(about: "settings").last
        #expect(finding?.severity == "problem")
        #expect(finding?.fact == "net.ipv4.vs.drop_entry = 3")
        #expect(try await eventually { try await director.connectionRows()["SYN_RECV"].map { $0.count < 60 } ?? true })
        withExtendedLifetime((listener, clients)) {}
      }
    }

    /// The client's namespace is the backup director: it gets what the other one multicasts.
    @Test func letABackupForgetASlowConnection() async throws {
      try await Topology.with(rules: family.rules) {
        func daemon(_ role: String, _ netns: Namespace, on device: String) async throws {
          try await Guest.output(
            netns.entering + [Guest.ipvsadm, "--start-daemon", role, "--mcast-interface", device, "--syncid", "7"])
        }
        try await director.set(4, 4, 4)
        try await daemon("backup", Topology.client, on: "director")
        try await daemon("master", director, on: "client")
        let finding = try #require(try await director.doctor(about: "settings").last)
        #expect(finding.severity == "note")
        #expect(finding.fact.hasSuffix(" at packet 3 and again every 50 packets (sync_threshold)"))
        let fix = #"sysctl -w net.ipv4.vs.sync_threshold="3 0" net.ipv4.vs.sync_refresh_period=1"#
        #expect(finding.fix == fix)
        #expect(
          try await Topology.client.doctor(about: "settings").map(\.fact).last
            == "a backup sync daemon runs here")
        let listener = try listens()

        /// Whether the backup knows it after ten seconds, in which it has had a packet each second.
        func isKnown(_ port: UInt16) async throws -> Bool {
          let pair = try opened(port, listener)
          for _ in 0..<10 {
            try pair.client.sends()
            try pair.server.receives()
            try await Task.sleep(for: .seconds(1))
          }
          #expect(try await director.connectionRows()["ESTABLISHED"] != nil)
          return try await Topology.client.connectionRows()["ESTABLISHED"] != nil
        }
        expect(try await isKnown(40001), equals: false)
        try await director.setting("net.ipv4.vs.sync_threshold", "3 0")
        try await director.setting("net.ipv4.vs.sync_refresh_period", "1")
        #expect(try await director.doctor(about: "settings").map(\.severity) == ["ok", "ok"])
        expect(try await isKnown(40002), equals: true)
      }
    }
  }
}

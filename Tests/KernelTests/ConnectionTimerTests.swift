// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// `ipvs-timeout connections` on connections that real packets have made.
  @Suite struct ConnectionTimerTests {
    private let director = Topology.director

    @Test(arguments: [Topology.Family.ipv4, .ipv6])
    func showsTheSourceOfEachTimerAndOutdatedConnections(_ family: Topology.Family) async throws {
      try await Topology.with(rules: family.rules) {
        let listener = try LabSocket(in: Topology.server, at: family.server, 8080).listens()
        let receiver = try LabSocket(in: Topology.server, at: family.server, 5353, isStream: false)
        func opened(_ port: UInt16, to service: UInt16 = 80) throws -> (client: LabSocket, server: LabSocket) {
          let client = try LabSocket(in: Topology.client, at: family.client, port)
          try client.connects(to: family.masqueraded, service)
          return (client, try listener.accepts())
        }
        func sent(_ port: UInt16, to service: UInt16 = 53) throws -> LabSocket {
          let client = try LabSocket(in: Topology.client, at: family.client, port, isStream: false)
          try client.connects(to: family.masqueraded, service)
          try client.sends()
          try receiver.receives()
          return client
        }
        let idle = try opened(40001)
        let busy = try opened(40002)
        let persistent = try opened(40003, to: 443)
        let ended = try opened(40004)
        try ended.server.ends()
        try ended.client.receives()
        let left = try opened(40005)
        try left.client.ends()
        try left.server.receives()
        let over = try opened(40006)
        try over.client.ends()
        try over.server.receives()
        try over.server.ends()
        try over.client.receives()
        do {
          let gone = try opened(40007)
          try gone.client.resets()
        }
        let idleSender = try sent(40008)
        let busySender = try sent(40009)
        let onePacket = try sent(40010, to: 54)
        let unanswered = try LabSocket(in: Topology.client, at: family.nobody, 40011, isForeign: true)
        try unanswered.beginsToConnect(to: family.masqueraded, 80)
        try await Task.sleep(for: .milliseconds(200))

        let before = try await director.connectionRows()
        #expect(before["ESTABLISHED"]?.count == 3)
        #expect(before["ESTABLISHED"]?.rule == "tcp = 900 s")
        #expect(before["ESTABLISHED"].map { $0.shortest > 880 } == true)
        #expect(before["FIN_WAIT"]?.rule == "tcpfin = 120 s")
        #expect(before["UDP"]?.rule == "udp = 300 s")
        let fixed = ["TIME_WAIT": 120, "CLOSE_WAIT": 60, "CLOSE": 10, "SYN_RECV": 60]
        for (state, seconds) in fixed {
          let row = try #require(before[state], "\(state) in \(before)")
          #expect(row.count == 1)
          #expect(row.rule == "kernel: \(seconds) s")
          #expect((seconds - 10...seconds).contains(row.longest), "\(state): \(row)")
        }
        let template = try #require(before.first { $0.key.hasSuffix("(TCP template)") }, "\(before)")
        #expect(template.value.rule == "ipvsadm -p")
        #expect(template.value.longest > 350)
        expect(try await director.program("connections", "--outdated"), equals: Outcome())

        try await director.set(60, 30, 45)
        let after = try await director.connectionRows()
        #expect(after["ESTABLISHED"]?.rule == "tcp = 60 s" && after["ESTABLISHED"]?.outdated == 3, "\(after)")
        #expect(after["FIN_WAIT"]?.rule == "tcpfin = 30 s" && after["FIN_WAIT"]?.outdated == 1, "\(after)")
        #expect(after["UDP"]?.rule == "udp = 45 s" && after["UDP"]?.outdated == 2, "\(after)")
        for (state, row) in after where !["ESTABLISHED", "FIN_WAIT", "UDP"].contains(state) {
          #expect(row.outdated == nil, "\(state): \(row)")
        }
        let table = try await director.program("connections").stdout
        let time = table.firstMatch(
          of:
            /\nOutdated: still on the old timer, for at most 13m5[0-9]s\. The last silent one ends in 14m[0-9]+s to 15m/
        )
        #expect(time != nil, "\(table)")
        #expect(table.contains("\nkernel: no setting changes these timers.\n"), "\(table)")
        #expect(table.contains("\nipvsadm -p: the persistence of the service sets these timers.\n"), "\(table)")
        #expect(table.split(separator: "\n").allSatisfy { $0.count <= 100 }, "\(table)")

        // The next packet gives these connections the new timeouts. The others keep the old ones.
        for socket in [busy.client, persistent.client, ended.client, busySender] { try socket.sends() }
        // A connection that closes now gets the new timeouts, and TIME_WAIT its own.
        let late = try opened(40012)
        try late.server.ends()
        try late.client.receives()
        try await Task.sleep(for: .milliseconds(200))
        let client = Topology.Family.written(family.client)
        let service = Topology.Family.written(family.masqueraded)
        let server = Topology.Family.written(family.server)
        let listed = try await director.program("connections", "--outdated")
        #expect(listed.status == 1 && listed.stderr.isEmpty)
        let lines = listed.stdout.split(separator: "\n").sorted()
        try #require(lines.count == 2, "\(listed)")
        #expect(
          lines[0].hasPrefix("TCP \(client):40001 -> \(service):80 -> \(server):8080 ESTABLISHED 14m"), "\(listed)")
        #expect(lines[0].hasSuffix(" left, tcp = 60 s"))
        #expect(lines[1].hasPrefix("UDP \(client):40008 -> \(service):53 -> \(server):5353 UDP 4m"), "\(listed)")
        #expect(lines[1].hasSuffix(" left, udp = 45 s"))
        let settled = try await director.connectionRows()
        #expect(settled["FIN_WAIT"]?.count == 2)
        #expect(settled["FIN_WAIT"].map { $0.longest <= 30 && $0.rule == "tcpfin = 30 s" } == true)
        #expect(settled["TIME_WAIT"].map { $0.longest > 105 } == true)

        for (option, value, count) in [
          ("--state", "udp", 1), ("--state", "FIN_WAIT", 0), ("--service", "\(service):80", 1),
          ("--service", "\(service):443", 0), ("--real-server", family.server, 2),
          ("--real-server", "\(server):5353", 1),
          ("--client", family.client, 2), ("--client", family.nobody, 0),
        ] {
          let outcome = try await director.program("connections", "--outdated", option, value)
          #expect(outcome.stdout.split(separator: "\n").count == count, "\(option) \(value): \(outcome)")
          #expect(outcome.status == (count > 0 ? 1 : 0))
        }
        let json = try await director.program(
          "connections", "--outdated", "--state", "established", "--format", "json"
        ).anonymous
        #expect(
          json.stdout.hasPrefix(
            #"{"netns":"host","protocol":"TCP","client":{"address":"\#(family.client)","port":40001},"#
              + #""service":{"address":"\#(family.masqueraded)","port":80},"#
              + #""real_server":{"address":"\#(family.server)","port":8080},"state":"ESTABLISHED","seconds_left":8"#),
          "\(json)")
        #expect(json.stdout.hasSuffix(#","ruled_by":"tcp","allowed":60}"# + "\n"))

        try idle.client.sends()
        try idleSender.sends()
        try await Task.sleep(for: .milliseconds(200))
        expect(try await director.program("connections", "--outdated"), equals: Outcome())
        let renewed = try await director.connectionRows()
        #expect(renewed["ESTABLISHED"].map { $0.count == 3 && (50...60).contains($0.longest) } == true, "\(renewed)")
        #expect(renewed["UDP"].map { $0.count == 2 && (35...45).contains($0.longest) } == true, "\(renewed)")
        withExtendedLifetime((persistent, left, over, onePacket, unanswered, late)) {}
      }
    }

    /// The director never sees the server's FIN, so FIN_WAIT is the last state, and `tcpfin` governs it.
    @Test(arguments: [Topology.Family.ipv4, .ipv6])
    func showsThatDirectRoutingEndsInFinWait(_ family: Topology.Family) async throws {
      try await Topology.with(rules: family.rules) {
        let listener = try LabSocket(in: Topology.server, at: family.routed, 80).listens()
        func closed(_ port: UInt16) throws -> (LabSocket, LabSocket) {
          let client = try LabSocket(in: Topology.client, at: family.client, port)
          try client.connects(to: family.routed, 80)
          let server = try listener.accepts()
          try client.ends()
          try server.receives()
          try server.ends()
          try client.receives()
          return (client, server)
        }
        let old = try closed(40001)
        try await Task.sleep(for: .milliseconds(200))
        try await director.set(60, 30, 45)
        let before = try await director.connectionRows()
        #expect(before.keys.sorted() == ["FIN_WAIT"], "\(before)")
        #expect(before["FIN_WAIT"]?.rule == "tcpfin = 30 s" && before["FIN_WAIT"]?.outdated == 1, "\(before)")
        let new = try closed(40002)
        try await Task.sleep(for: .milliseconds(200))
        let after = try await director.connectionRows()
        #expect(after["FIN_WAIT"]?.count == 2)
        #expect(after["FIN_WAIT"].map { $0.shortest <= 30 && $0.longest > 100 } == true, "\(after)")
        withExtendedLifetime((old, new)) {}
      }
    }
  }
}

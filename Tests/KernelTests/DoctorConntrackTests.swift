// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// What `ipvs-timeout doctor` says of conntrack, and whether it is true of packets.
  ///
  /// Conntrack looks at packets only where somebody wants it to: the topology's FTP service does.
  @Suite struct DoctorConntrackTests {
    private let family = Topology.Family.ipv4
    private let director = Topology.director

    /// Two sockets with a connection through the director, and the listener that made it.
    private struct Pair {
      let client: LabSocket
      let server: LabSocket
      private let listener: LabSocket

      init(_ family: Topology.Family) throws {
        listener = try LabSocket(in: Topology.server, at: family.server, 8080).listens()
        client = try LabSocket(in: Topology.client, at: family.client, 40001)
        try client.connects(to: family.masqueraded, 80)
        server = try listener.accepts()
        try client.sends()
        try server.receives()
      }
    }

    /// How many connections conntrack knows; asked for its list, the kernel leaves out those whose time is up.
    private func tracked() async throws -> Int {
      try await Guest.output(director.entering + ["cat", "/proc/net/nf_conntrack"]).split(separator: "\n").count
    }

    @Test func knowsNothingOfIPVSUnlessToldTo() async throws {
      try await Topology.with(rules: family.rules) {
        let finding = try await director.finding(about: "conntrack")
        #expect(finding.severity == "ok")
        #expect(finding.fact == "net.ipv4.vs.conntrack = 0: IPVS keeps its connections out of conntrack")
        let pair = try Pair(family)
        expect(try await tracked(), equals: 0)
        withExtendedLifetime(pair) {}
      }
    }

    /// The rules without the FTP service, which wants conntrack.
    @Test func knowsNothingUntilSomethingElseUsesIt() async throws {
      let rules = "-A -t 192.0.2.100:80 -s rr\n-a -t 192.0.2.100:80 -r 198.51.100.2:8080 -m"
      try await Topology.with(rules: rules) {
        try await director.setting("net.ipv4.vs.conntrack", "1")
        let pair = try Pair(family)
        expect(try await tracked(), equals: 0)
        #expect(
          try await director.finding(about: "conntrack")
            == DoctorFinding(
              "ok", "conntrack",
              "net.ipv4.vs.conntrack = 1, but conntrack knows no connection here (nf_conntrack_count = 0), although IPVS"
                + " does: nothing in this network namespace uses conntrack"))
        withExtendedLifetime(pair) {}
      }
    }

    @Test func forgetsWithIPVS() async throws {
      try await Topology.with(rules: family.rules) {
        try await director.setting("net.ipv4.vs.conntrack", "1")
        try await director.set(2, 2, 2)
        #expect(try await director.finding(about: "conntrack").severity == "ok")
        let pair = try Pair(family)
        expect(try await tracked(), equals: 1)
        #expect(try await eventually { try await director.connectionRows().isEmpty })
        #expect(try await eventually { try await tracked() == 0 })
        withExtendedLifetime(pair) {}
      }
    }

    @Test func forgetsBeforeIPVSWhichGoesOn() async throws {
      try await Topology.with(rules: family.rules) {
        try await director.setting("net.ipv4.vs.conntrack", "1")
        #expect(
          try await director.finding(about: "conntrack").fact
            == "net.ipv4.vs.conntrack = 1, but conntrack knows no connection here, and neither does IPVS")
        try await director.setting("net.netfilter.nf_conntrack_tcp_timeout_established", "1")
        let pair = try Pair(family)
        let finding = try await director.finding(about: "conntrack")
        #expect(finding.severity == "note")
        #expect(finding.fact.contains("nf_conntrack_tcp_timeout_established 1 s, tcp 900 s; "))
        #expect(finding.fix?.hasPrefix("sysctl -w net.netfilter.nf_conntrack_tcp_timeout_established=900 ") == true)
        #expect(try await eventually { try await tracked() == 0 })
        #expect(try await director.connectionRows()["ESTABLISHED"]?.count == 1)
        for loose in ["1", "0"] {
          try await director.setting("net.netfilter.nf_conntrack_tcp_loose", loose)
          try pair.server.sends()
          try pair.client.receives()
          #expect(try await eventually { try await tracked() == 0 })
          try pair.client.sends()
          try pair.server.receives()
          #expect(try await eventually { try await tracked() == 0 })
        }
      }
    }

    /// The server has sent its FIN, the client has acknowledged it and sends on, with pauses.
    @Test func callsCloseWaitWhatIPVSCallsFinWait() async throws {
      try await Topology.with(rules: family.rules) {
        try await director.setting("net.ipv4.vs.conntrack", "1")
        try await director.setting("net.netfilter.nf_conntrack_tcp_timeout_close_wait", "1")
        let pair = try Pair(family)
        try pair.server.ends()
        try pair.client.receives()
        #expect(try await eventually { try await tracked() == 0 })
        #expect(try await director.connectionRows()["FIN_WAIT"]?.count == 1)
      }
    }
  }
}

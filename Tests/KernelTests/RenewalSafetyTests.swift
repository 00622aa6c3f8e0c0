// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// Connections and settings that a renewal must not spoil.
  @Suite(.clearingUp) struct RenewalSafetyTests {
    private let director = Topology.director
    private let family = Topology.Family.ipv4
    private let path = RenewalPath(forwarding: .masquerading, family: .ipv4)

    /// Settings of the kernel and options of the service that change how it treats connections.
    @Test(
      arguments: [
        ("vs.conntrack", "1", ""), ("vs.secure_tcp", "3", ""), ("vs.sloppy_tcp", "1", ""), ("vs.am_droprate", "10", ""),
        ("vs.expire_nodest_conn", "1", ""), ("vs.expire_quiescent_template", "1", " -p 360"),
        ("vs.sync_persist_mode", "1", " -p 360"), ("vs.pmtu_disc", "0", " -p 360"),
      ], [RenewalPath.Forwarding.masquerading, .routing])
    func worksWithThisSetting(
      _ setting: (name: String, value: String, options: String), _ forwarding: RenewalPath.Forwarding
    ) async throws {
      let path = RenewalPath(forwarding: forwarding, family: .ipv4)
      try await path.with(options: setting.options) {
        try await director.setting("net.ipv4.\(setting.name)", setting.value)
        let scene = try RenewalScene(path)
        let counters = try await director.serverCounters()
        // With secure_tcp, a connection is established after a packet of the real server.
        try scene.exchanges()
        let entries = try await director.entries()
        let governed = entries.filter { $0.port != 0 && ["ESTABLISHED", "FIN_WAIT", "UDP"].contains($0.state) }
        #expect(governed.count >= 2 && entries.contains { $0.port == 0 } == !setting.options.isEmpty, "\(entries)")
        let outcome = try await director.program("set", "60", "30", "60", "--renew", "--yes")
        #expect(
          outcome.status == 0
            && outcome.stdout.contains("\nrenewed \(governed.count) of \(entries.count) connections"), "\(outcome)")
        for (old, new) in zip(entries, try await director.entries()) {
          #expect(old.port == new.port && old.state == new.state)
          let limit = governed.contains(old) ? (old.state == "FIN_WAIT" ? 30 : 60) : old.secondsLeft
          #expect((1...limit).contains(new.secondsLeft), "\(new)")
          if !governed.contains(old) { #expect(new.secondsLeft > 60, "\(new)") }
        }
        expect(try await director.serverCounters(), equals: counters)
        try scene.exchanges()
        expect(try await director.serverCounters(), equals: counters)
        let last = try scene.closes()
        #expect(try await eventually { try await director.entries().first { $0.port == 40001 }?.state == last })
      }
    }

    @Test(arguments: RenewalPath.all.filter(\.isMasqueraded))
    func keepsTheEntriesOfOnePacketServices(_ path: RenewalPath) async throws {
      let rules = path.rules().split(separator: "\n")
      let (virtual, real) = (Topology.Family.written(path.service), Topology.Family.written(path.family.server))
      let rule = "-A -u \(virtual):54 -s rr -o\n-a -u \(virtual):54 -r \(real):\(path.datagramPort) -m"
      try await Topology.with(rules: rules.joined(separator: "\n") + "\n" + rule) {
        let scene = try RenewalScene(path)
        let receiver = try LabSocket(in: Topology.client, at: path.family.client, 40009, isStream: false)
        try receiver.connects(to: path.service, 54)
        try receiver.sends()
        let outcome = try await director.program("set", "60", "30", "60", "--renew", "--yes")
        #expect(outcome.status == 0 && outcome.stdout.hasSuffix("\nrenewed 3 of 3 connections\n"), "\(outcome)")
        try receiver.sends()
        try await director.expectTimers([40001: 1...60, 40002: 1...30, 40003: 1...60])
        withExtendedLifetime(scene) {}
      }
    }

    /// The service has no address: the director recognises it by the mark of packets.
    @Test(arguments: [
      ("", "renewed 1 of 1 connection"), (" -p 360", "renewed 1 of 2 connections; 1 keeps its timer (1 template)"),
    ])
    func worksWithAFirewallMark(_ options: String, _ sentence: String) async throws {
      try await Topology.with(rules: "-A -f 7 -s rr\(options)\n-a -f 7 -r \(family.server):0 -m") {
        // The class of a packet decides its mark.
        for module in ["sch_ingress", "cls_matchall", "act_skbedit"] { try await Guest.output(["modprobe", module]) }
        try await Guest.output(director.entering + ["tc", "qdisc", "add", "dev", "client", "clsact"])
        let mark = "filter add dev client ingress protocol ip matchall action skbedit mark 7"
        try await Guest.output(director.entering + ["tc"] + mark.split(separator: " ").map(String.init))
        let listener = try LabSocket(in: Topology.server, at: family.server, 80).listens()
        let client = try LabSocket(in: Topology.client, at: family.client, 40001)
        try client.connects(to: family.masqueraded, 80)
        let server = try listener.accepts()
        let counters = try await director.serverCounters()
        let outcome = try await director.program("set", "60", "30", "60", "--renew", "--yes")
        #expect(outcome.status == 0 && outcome.stdout.hasSuffix("\n\(sentence)\n"), "\(outcome)")
        #expect(try await director.timers()[40001].map { (1...60).contains($0) } == true)
        expect(try await director.serverCounters(), equals: counters)
        try client.sends()
        try server.receives()
        try server.sends()
        try client.receives()
        expect(try await director.serverCounters(), equals: counters)
      }
    }

    /// The renewal would reset the sequence numbers that the module has shifted.
    @Test(arguments: Topology.passiveFTP)
    func keepsControlConnectionsOfFTP(_ family: Topology.Family, _ request: String, _ reply: String) async throws {
      try await Topology.withFTP(family) {
        let listener = try LabSocket(in: Topology.server, at: family.server, 21).listens()
        let client = try LabSocket(in: Topology.client, at: family.client, 40001)
        try client.connects(to: family.masqueraded, 21)
        let server = try listener.accepts()
        func asks() throws {
          try client.sends(request)
          for _ in request.utf8 { try server.receives() }
          try server.sends(reply)
          try client.receives()
        }
        try asks()
        let outcome = try await director.program("set", "60", "30", "60", "--renew", "--yes")
        #expect(
          outcome.status == 0
            && outcome.stdout.hasSuffix(
              "renewed 0 of 2 connections; 2 keep their timers (1 fixed-state, 1 ftp-control)\n"),
          "\(outcome)")
        #expect(try await director.entries().contains { $0.state == "ESTABLISHED" && $0.secondsLeft > 60 })
        try asks()
        // The data connection opens as before.
        let data = try LabSocket(in: Topology.server, at: family.server, 40010).listens()
        let receiver = try LabSocket(in: Topology.client, at: family.client, 40002)
        try receiver.connects(to: family.masqueraded, 40010)
        let sender = try data.accepts()
        try sender.sends()
        try receiver.receives()
        // The data connection is renewed.
        try await director.set(50, 30, 60)
        let next = try await director.program("renew", "--yes")
        #expect(next.stdout.hasPrefix("renewed 1 of 2 connections; 1 keeps its timer (1 ftp-control)"), "\(next)")
        try sender.sends()
        try receiver.receives()
      }
    }

    /// Fixed states of both protocols.
    @Test func keepsTheTimersOfFixedStates() async throws {
      let netns = Namespace.current
      let daemon = try await SyncedConnection.Daemon(in: netns)
      for state: UInt8 in [2, 3, 5, 6, 7, 8, 9, 10] { try daemon.tells(6, state: state, port: state, seconds: 900) }
      for state: UInt8 in [1, 8] { try daemon.tells(132, state: state, port: 20 + state, seconds: 900) }
      try await daemon.hasHeard(10)
      try await daemon.stops()
      let before = try await netns.entries().map { [$0.transport, $0.state, $0.origin] }
      expect(
        try await netns.program("set", "60", "30", "60", "--renew", "--yes"),
        equals: Outcome(
          0,
          "Timeout (tcp tcpfin udp): 60 30 60 (was 900 120 300)\n"
            + "renewed 0 of 10 connections; 10 keep their timers (10 fixed-state)\n"))
      expect(try await netns.entries().map { [$0.transport, $0.state, $0.origin] }, equals: before)
      #expect(try await netns.entries().allSatisfy { $0.secondsLeft > 500 })
    }

    /// Templates with the data of a persistence engine.
    @Test func keepsTemplatesOfAPersistenceEngine() async throws {
      try await Guest.output(["modprobe", "ip_vs_pe_sip"])
      let rules = "-A -u 192.0.2.100:5060 -s rr -p 360 --pe sip -o\n-a -u 192.0.2.100:5060 -r 198.51.100.2:5060 -m"
      let result: Result<Void, any Error>
      do {
        result = .success(
          try await Topology.with(rules: rules + "\n" + path.rules()) {
            let scene = try RenewalScene(path)
            let server = try LabSocket(in: Topology.server, at: "198.51.100.2", 5060, isStream: false)
            let client = try LabSocket(in: Topology.client, at: "192.0.2.2", 40009, isStream: false)
            try client.connects(to: "192.0.2.100", 5060)
            func calls() throws {
              try client.sends("OPTIONS sip:a SIP/2.0\r\nCall-ID: abc@example.org\r\n\r\n")
              try server.receives()
            }
            try calls()
            let before = try await Guest.output(director.entering + ["cat", "/proc/net/ip_vs_conn"])
            #expect(before.contains("abc@example.org"), "\(before)")
            let counters = try await director.serverCounters()
            let outcome = try await director.program("set", "60", "30", "60", "--renew", "--yes")
            #expect(
              outcome.status == 0
                && outcome.stdout.hasSuffix("renewed 3 of 4 connections; 1 keeps its timer (1 template)\n"),
              "\(outcome)")
            let after = try await Guest.output(director.entering + ["cat", "/proc/net/ip_vs_conn"])
            #expect(after.contains("abc@example.org"), "\(after)")
            expect(try await director.serverCounters(), equals: counters)
            try calls()
            try scene.exchanges()
          })
      } catch {
        result = .failure(error)
      }
      try await Guest.output(["rmmod", "ip_vs_pe_sip"])
      try result.get()
    }
  }
}

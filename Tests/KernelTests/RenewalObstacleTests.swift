// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// Namespaces in which nothing may be renewed: the program refuses, and changes nothing.
  @Suite(.clearingUp) struct RenewalObstacleTests {
    private let netns = Namespace.current
    private let director = Topology.director
    private let path = RenewalPath(forwarding: .masquerading, family: .ipv4)

    /// Expects that `renew` fails with a status and with words of its sentence, and changes no timer.
    private func expectRefusal(
      in netns: Namespace, _ status: Int32, _ words: String..., sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
      let before = try await netns.entries()
      let daemons = try await netns.daemons()
      for options in [[], ["--yes"], ["--yes", "--shorter"]] {
        let outcome = try await netns.run([Guest.program, "renew"] + options)
        #expect(outcome.status == status && outcome.stdout.isEmpty, "\(outcome)", sourceLocation: sourceLocation)
        // Without --yes, the plan comes first if it can be made.
        let lines = outcome.stderr.split(separator: "\n").count
        #expect(lines == 1 || lines == 2 && options.isEmpty, "\(outcome)", sourceLocation: sourceLocation)
        for word in words { #expect(outcome.stderr.contains(word), "\(outcome)", sourceLocation: sourceLocation) }
      }
      let json = try await netns.program("renew", "--yes", "--format", "json").anonymous
      #expect(
        json.stdout.hasPrefix(#"{"netns":"host","error":"cannot renew"#)
          && json.stdout.hasSuffix(#","status":\#(status)}"# + "\n"), "\(json)", sourceLocation: sourceLocation)
      let after = try await netns.entries()
      #expect(after.map(\.port) == before.map(\.port), sourceLocation: sourceLocation)
      for (old, new) in zip(before, after) {
        #expect(
          new.secondsLeft <= old.secondsLeft && new.secondsLeft > 60, "\(old) \(new)", sourceLocation: sourceLocation)
      }
      expect(try await netns.daemons(), equals: daemons, sourceLocation: sourceLocation)
      expect(try await netns.records(), equals: "", sourceLocation: sourceLocation)
    }

    @Test(arguments: [("client", "another director"), ("lo", "the backup sync daemon of another renewal")])
    func areThoseOfABackupDaemon(_ interface: String, _ words: String) async throws {
      try await path.with {
        let scene = try RenewalScene(path)
        try await director.set(60, 30, 60)
        // The FIN_WAIT connection has 120 s at most. Only long timers show that nothing was renewed.
        try await Guest.output(
          director.entering + [Guest.ipvsadm, "--start-daemon", "backup", "--mcast-interface", interface])
        try await expectRefusal(in: director, 69, words)
        try await Guest.output(director.entering + [Guest.ipvsadm, "--stop-daemon", "backup"])
        expect(try await director.program("renew", "--yes"), equals: Outcome(0, "renewed 3 of 3 connections\n"))
        try scene.exchanges()
      }
    }

    /// The timeouts are set before the renewal fails.
    @Test func leaveTheTimeoutsSet() async throws {
      try await RenewalTable.fill(in: netns)
      try await Guest.output(
        netns.entering + [Guest.ipvsadm, "--start-daemon", "backup", "--mcast-interface", "lo"])
      let outcome = try await netns.program("set", "60", "30", "60", "--renew", "--yes")
      #expect(outcome.status == 69 && outcome.isErrorOneSentence, "\(outcome)")
      expect(try await netns.timeouts(), equals: "60 30 60")
      let trial = try await netns.program("with", "50", "20", "50", "--renew", "--yes", "--", "true")
      #expect(trial.status == 69, "\(trial)")
      try await netns.expectEnd("60 30 60")
    }

    @Test func areThoseThatForwardNothingNextToABackupDaemon() async throws {
      try await RenewalTable.fill([RenewalTable.Row(port: 1, seconds: 890)], in: netns)
      try await netns.set(60, 30, 60)
      try await netns.setting("net.ipv4.vs.backup_only", "1")
      try await expectRefusal(in: netns, 71, "net.ipv4.vs.backup_only is set", "`sysctl -w net.ipv4.vs.backup_only=0`")
      try await netns.setting("net.ipv4.vs.backup_only", "0")
      expect(try await netns.program("renew", "--yes"), equals: Outcome(0, "renewed 1 of 1 connection\n"))
    }

    @Test func areThoseWithoutALoopbackDevice() async throws {
      try await RenewalTable.fill([RenewalTable.Row(port: 1, seconds: 890)], in: netns)
      try await netns.set(60, 30, 60)
      try await Guest.output(netns.entering + ["ip", "link", "set", "lo", "down"])
      try await expectRefusal(in: netns, 71, "the loopback interface is down; run `ip link set lo up` first")
      try await Guest.output(netns.entering + ["ip", "link", "set", "lo", "up"])
      expect(try await netns.program("renew", "--yes"), equals: Outcome(0, "renewed 1 of 1 connection\n"))
    }

    /// `ip link set lo up` sets no flag for multicast, and the kernel needs none.
    @Test func areNotThoseWithoutMulticastOnTheLoopbackDevice() async throws {
      try await RenewalTable.fill([RenewalTable.Row(port: 1, seconds: 890)], in: netns)
      try await netns.set(60, 30, 60)
      try await Guest.output(netns.entering + ["ip", "link", "set", "lo", "multicast", "off"])
      expect(try await netns.program("renew", "--yes"), equals: Outcome(0, "renewed 1 of 1 connection\n"))
    }

    /// The sync protocol cannot carry them, and the kernel starts no daemon next to them.
    @Test func areThoseWithTunnelsOfAnotherFamily() async throws {
      let rules = """
        -A -t [2001:db8:1::100]:80 -s rr
        -a -t [2001:db8:1::100]:80 -r 198.51.100.2:80 -i
        """
      try await Topology.with(rules: path.rules() + "\n" + rules) {
        let scene = try RenewalScene(path)
        // It fills the table of this director with packets, so no other director is involved.
        try await director.set(60, 30, 60)
        try await expectRefusal(in: director, 69, "addresses of another family", "connections --wait")
        withExtendedLifetime(scene) {}
      }
    }

    /// A queueing discipline instead of a packet filter, because the lab has neither iptables nor nft.
    @Test func areThoseWhosePacketFilterDropsTheMessages() async throws {
      try await RenewalTable.fill([RenewalTable.Row(port: 1, seconds: 890)], in: netns)
      try await netns.set(60, 30, 60)
      for module in ["sch_ingress", "cls_matchall", "act_gact"] { try await Guest.output(["modprobe", module]) }
      try await Guest.output(netns.entering + ["tc", "qdisc", "add", "dev", "lo", "clsact"])
      let drop = "tc filter add dev lo ingress protocol ip matchall action drop"
      try await Guest.output(netns.entering + drop.split(separator: " ").map(String.init))
      try await expectRefusalWhileMessagesAreLost()
      try await Guest.output(netns.entering + ["tc", "qdisc", "delete", "dev", "lo", "clsact"])
      expect(try await netns.program("renew", "--yes"), equals: Outcome(0, "renewed 1 of 1 connection\n"))
    }

    private func expectRefusalWhileMessagesAreLost() async throws {
      try await expectRefusal(in: netns, 71, "its messages do not arrive on the loopback interface", "on lo")
    }

    @Test func areThoseWhoseTimeoutsChangeAtTheSameTime() async throws {
      try await RenewalTable.fill([RenewalTable.Row(port: 1, seconds: 890)], in: netns)
      try await netns.set(60, 30, 60)
      let messages = try await RenewalCalls(of: ["renew", "--yes"], in: netns).messages
      try await RenewalTable.fill([RenewalTable.Row(port: 1, seconds: 890)], in: netns)
      let outcome = try await netns.run(
        [Guest.program, "renew", "--yes"], stoppingAt: "sendto", try #require(messages.first).number
      ) { try await netns.set(70, 30, 60) }
      #expect(outcome.status == 75 && outcome.isOneSentence, "\(outcome)")
      #expect(outcome.stderr.contains("another program changed the timeouts at the same time; find out which program"))
      try await netns.expectNoDaemon()
    }

    @Test func areThoseWhoseDaemonIsStoppedByAnotherProgram() async throws {
      let rows = (1...80).map { RenewalTable.Row(port: UInt16($0), seconds: 890) }
      try await RenewalTable.fill(rows, in: netns)
      try await netns.set(60, 30, 60)
      let messages = try await RenewalCalls(of: ["renew", "--yes"], in: netns).messages
      try await RenewalTable.fill(rows, in: netns)
      let outcome = try await netns.run(
        [Guest.program, "renew", "--yes"], stoppingAt: "sendto", try #require(messages.first).number
      ) { try await Guest.output(netns.entering + [Guest.ipvsadm, "--stop-daemon", "backup"]) }
      #expect(outcome.status == 71 && outcome.isOneSentence, "\(outcome)")
      #expect(outcome.stderr.contains("another program stopped the backup daemon of the renewal"), "\(outcome)")
      try await netns.expectNoDaemon()
    }
  }
}

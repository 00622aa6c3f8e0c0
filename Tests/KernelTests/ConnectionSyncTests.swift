// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// Connections from another director's sync daemon, and namespaces that fail.
  @Suite struct ConnectionSyncTests {
    private let netns = Namespace.current

    /// Including states that no packet of this lab leads to.
    ///
    /// The names are the kernel's, in its order.
    @Test(arguments: [
      (
        6 as UInt8, "TCP",
        [
          "NONE", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT", "TIME_WAIT", "CLOSE", "CLOSE_WAIT", "LAST_ACK",
          "LISTEN", "SYNACK",
        ]
      ),
      (
        132, "SCTP",
        [
          "NONE", "INIT1", "INIT", "C-SENT", "C-REPLIED", "C-WAIT", "COOKIE", "C-ECHOED", "ESTABLISHED", "S-SENT",
          "S-RECEIVED", "S-ACK-SENT", "REJECTED", "CLOSED",
        ]
      ),
      (17, "UDP", ["UDP"]),
    ])
    func findsEveryStateByItsName(_ transport: UInt8, _ name: String, _ states: [String]) async throws {
      let daemon = try await SyncedConnection.Daemon(in: netns)
      for (number, _) in states.enumerated() {
        try daemon.tells(transport, state: UInt8(number), port: UInt8(number), seconds: 900)
      }
      try await daemon.hasHeard(states.count)
      for state in states {
        let outcome = try await netns.program("connections", "--state", state.lowercased(), "--format", "json")
        #expect(outcome.stdout.contains(#","connections":1,"outdated":0,"#), "\(state): \(outcome)")
        #expect(outcome.stdout.contains(#"{"protocol":"\#(name)","state":"\#(state)","#), "\(state): \(outcome)")
      }
    }

    @Test func leavesThemToTheirDirectorWhileItSendsThem() async throws {
      let daemon = try await SyncedConnection.Daemon(in: netns)
      // ESTABLISHED is 1 in TCP, and 8 in SCTP.
      try daemon.tells(6, state: 1, port: 1, seconds: 900)
      try daemon.tells(132, state: 8, port: 2, seconds: 900)
      try await netns.set(60, 30, 45)
      try await daemon.hasHeard(2)
      let table = try await netns.program("connections")
      #expect(
        table.stdout.contains("\nNot outdated: 1 with a longer timer from another director's sync daemon.\n"),
        "\(table)")
      #expect(table.stdout.contains("SCTP ESTABLISHED"), "\(table)")
      #expect(
        table.stdout.contains("  kernel\n") && table.stdout.hasSuffix("kernel: no setting changes these timers.\n"))
      expect(try await netns.program("connections", "--outdated"), equals: Outcome())
      #expect(
        try await netns.doctor(about: "outdated") == [
          DoctorFinding("ok", "outdated", "no connection is outdated (still on the old timer)"),
          DoctorFinding(
            "note", "outdated", "1 connection from the sync daemon has a longer timer",
            so: "the timer comes from the director that sent the connection; its timeouts are longer",
            fix: "on that director: `ipvs-timeout set 60 30 45`"),
        ])
      let json = try await netns.program("connections", "--format", "json")
      #expect(
        json.stdout.contains(#""outdated":0,"last_ends":null,"last_ends_by":null,"outdated_for":null,"synced":1}"#),
        "\(json)")

      // Without the daemon nothing renews their timers, so they run out here.
      try await daemon.stops()
      let listed = try await netns.program("connections", "--outdated")
      #expect(listed.status == 1)
      #expect(listed.stdout.hasPrefix("TCP 192.0.2.2:39937 -> 192.0.2.100:80 -> 198.51.100.2:8080 ESTABLISHED 14m"))
      #expect(listed.stdout.split(separator: "\n").count == 1)
    }

    @Test func reportsEachNamespaceByItself() async throws {
      let name = try #require(netns.name)
      let outcome = try await Namespace.initial.program("connections", "--netns", "no-such", "--netns", name)
      #expect(outcome.status == 71)
      #expect(outcome.stdout == "\(name):\nno connections\n")
      #expect(outcome.stderr.hasPrefix("ipvs-timeout: cannot open IPVS in the network namespace no-such: "))
      let metrics = try await netns.program("connections", "--format", "prometheus")
      #expect(metrics.status == 0 && metrics.stdout.hasPrefix("# HELP ipvs_timeout_connections "), "\(metrics)")
    }
  }
}

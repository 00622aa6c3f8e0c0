// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

extension RealKernel {
  /// `ipvs-timeout try --after`: the wait before the command runs, and the check script of the examples.
  @Suite struct TrialAfterTests {
    private let netns = Namespace.current
    private let directory = ScratchDirectory.current

    private static let restored = "Timeout (tcp tcpfin udp): 900 120 300 (put back; tried 900 120 5)"
    private var ran: String { "\(directory.path)/ran" }

    @Test func waitsWithTheNewTimeouts() async throws {
      let begin = ContinuousClock.now
      async let outcome = netns.program("try", "--udp", "5s", "--after", "3s", "--", "sh", "-c", "echo ran; exit 4")
      #expect(try await eventually { try await netns.timeouts() == "900 120 5" })
      expect(try await outcome, equals: Outcome(4, "ran\n\(Self.restored)\n"))
      #expect(begin.duration(to: .now) >= .seconds(3))
      expect(
        try await netns.program("try", "--udp", "5s", "--after", "1", "--within", "1m", "--", "true"),
        equals: Outcome(0, "Timeout (tcp tcpfin udp): 900 120 5 (kept; was 900 120 300)\n"))
    }

    @Test func changesNothingInADryRun() async throws {
      expect(
        try await netns.program("try", "--udp", "5s", "--after", "31d", "--dry-run", "--", "touch", ran),
        equals: Outcome(0, "Timeout (tcp tcpfin udp): 900 120 300 (would become 900 120 5)\n"))
      try await netns.expectEnd("900 120 300")
    }

    @Test(arguments: ["INT", "TERM", "HUP"]) func restoresWhenASignalEndsTheWait(_ signal: String) async throws {
      let script = #"""
        env --default-signal "$0" try --udp 5s --after 1h -- touch "$1" & program=$!
        until ipvsadm -L --timeout | grep -q ' 5$'; do sleep 0.05; done
        kill -s "$2" $program
        wait $program
        """#
      let outcome = try await netns.run("sh", "-c", script, Guest.program, ran, signal)
      let number: Int32 = ["INT": SIGINT, "TERM": SIGTERM, "HUP": SIGHUP][signal] ?? 0
      #expect(outcome.status == 128 + number && outcome.stdout == "\(Self.restored)\n", "\(outcome)")
      expect(try await Guest.run(["test", "-e", ran]).status, equals: 1)
      try await netns.expectEnd("900 120 300")
    }

    @Test func leavesARecordWhenKilledInTheWait() async throws {
      let script = #"""
        "$0" try --udp 5s --after 1h -- touch "$1" & program=$!
        until ipvsadm -L --timeout | grep -q ' 5$'; do sleep 0.05; done
        kill -KILL $program
        wait $program
        """#
      expect(try await netns.run("sh", "-c", script, Guest.program, ran).status, equals: 137)
      expect(try await netns.timeouts(), equals: "900 120 5")
      expect(
        try await netns.program("rollback"), equals: Outcome(0, "\(netns.name ?? "host"): \(Self.restored)\n"))
      try await netns.expectEnd("900 120 300")
    }

    @Test func showsABarOnATerminal() async throws {
      let outcome = try await terminal("try --udp 5s --after 2s -- echo ran")
      let frames = outcome.stdout.split(separator: "\r", omittingEmptySubsequences: false).map(String.init)
      #expect(
        frames.dropFirst().first == "[..............................] the command runs in 2s\u{1B}[K", "\(frames)")
      #expect(frames.contains("[###############...............] the command runs in 1s\u{1B}[K"), "\(frames)")
      #expect(frames.contains { $0.hasPrefix("\u{1B}[Kran") }, "\(frames)")
      for (words, term) in [("--quiet", "xterm"), ("", "dumb")] {
        let plain = try await terminal("try --udp 6s --after 1s \(words) -- echo ran", term: term)
        #expect(plain.stdout.hasPrefix("ran\r\n"), "\(plain)")
      }
    }

    @Test func restoresWhenTheKeyboardEndsTheWait() async throws {
      let script = #"""
        { until ipvsadm -L --timeout | grep -q ' 5$'; do sleep 0.05; done; printf '\003'; sleep 1; } |
          script -qec "exec $0 try --udp 5s --after 1h -- touch $1" /dev/null
        """#
      let outcome = try await netns.run("timeout", "-s", "KILL", "600", "sh", "-c", script, Guest.program, ran)
      #expect(outcome.status == 130 && outcome.stdout.contains(Self.restored), "\(outcome)")
      expect(try await Guest.run(["test", "-e", ran]).status, equals: 1)
      try await netns.expectEnd("900 120 300")
    }

    private func terminal(_ words: String, term: String = "xterm") async throws -> Outcome {
      try await netns.run("env", "TERM=\(term)", "script", "-qec", "exec \(Guest.program) \(words)", "/dev/null")
    }

    /// The script waits for the connection on the old timer, then for the new timeouts.
    @Test func provesSomethingWithTheExample() async throws {
      let family = Topology.Family.ipv4
      let director = Topology.director
      try await Topology.with(rules: family.rules) {
        try await director.set(9, 3, 3)
        let listener = try LabSocket(in: Topology.server, at: family.server, 8080).listens()
        let client = try LabSocket(in: Topology.client, at: family.client, 40001)
        try client.connects(to: family.masqueraded, 80)
        let server = try listener.accepts()
        // At once, the connection is there and on the old timer.
        let soon = try await director.program("try", "2", "2", "2", "--", Guest.program, "connections", "--outdated")
        #expect(soon.status == 1 && soon.stdout.contains("ESTABLISHED"), "\(soon)")
        let late = try await director.check("--", Guest.program, "connections", "--format", "json")
        #expect(late.status == 0 && late.stdout.contains(#""outdated":0"#), "\(late)")
        // The kernel removes an entry a little after its time is over, and later on a busy machine.
        #expect(
          !late.stdout.contains("ESTABLISHED")
            || late.stdout.contains(#""seconds_left":{"min":0,"median":0,"p99":0,"max":0}"#), "\(late)")
        try await director.set(3, 3, 3)
        expect(try await director.check("-n", "host", "--", "sh", "-c", "exit 9").status, equals: 9)
        withExtendedLifetime((client, server)) {}
      }
    }

    @Test func givesUpWithTheExampleWhereConnectionsStay() async throws {
      try await SyncedConnection.add(in: netns, seconds: 900)
      let outcome = try await netns.check("-w", "1s", "--", "touch", ran)
      #expect(outcome.status == 75 && outcome.stdout.hasSuffix("(put back; tried 2 2 2)\n"), "\(outcome)")
      expect(try await Guest.run(["test", "-e", ran]).status, equals: 1)
      expect(try await netns.check().status, equals: 64)
      try await netns.expectEnd("900 120 300")
    }
  }
}

extension Namespace {
  /// Tries short timeouts with the check of the examples.
  fileprivate func check(_ arguments: String...) async throws -> Outcome {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    return try await run(
      ["env", "IPVS_TIMEOUT=\(Guest.program)", Guest.program, "try", "2", "2", "2", "--"]
        + ["/\(root)/examples/check-after-timeouts"] + arguments)
  }
}

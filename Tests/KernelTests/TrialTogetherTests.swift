// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// Other changes during `ipvs-timeout try` or `with`.
  @Suite struct TrialTogetherTests {
    private let netns = Namespace.current
    private let directory = ScratchDirectory.current

    @Test func waitsInVain() async throws {
      let policy = try directory.write("policy", "host - - 7\n")
      let script = "until [ -e \(directory.path)/end ]; do sleep 0.1; done"
      async let trial = netns.program("with", "--udp", "5s", "--", "sh", "-c", script)
      #expect(try await eventually { try await netns.timeouts() == "900 120 5" })
      async let set = netns.program("set", "--udp", "7")
      async let apply = netns.program("apply", policy, "--netns", "host")
      async let with = netns.program("with", "--udp", "7", "--", "true")
      async let putBack = netns.program("rollback")
      for outcome in try await [set, apply, with, putBack] {
        #expect(outcome.status == 75 && outcome.isOneSentence, "\(outcome)")
        #expect(outcome.stderr.contains(": `\(Guest.program) with --udp 5s -- sh -c until ["), "\(outcome)")
      }
      expect(try await netns.timeouts(), equals: "900 120 5")
      // Reading does not wait, and reports nothing about a running trial.
      expect(try await netns.program("show"), equals: Outcome(0, "Timeout (tcp tcpfin udp): 900 120 5\n"))
      try directory.write("end", "")
      expect(try await trial.status, equals: 0)
      try await netns.expectEnd("900 120 300")
    }

    @Test func waitsForItsTurn() async throws {
      let script = "until [ -e \(directory.path)/go ]; do sleep 0.05; done"
      async let first = netns.program("with", "--udp", "5s", "--", "sh", "-c", script)
      #expect(try await eventually { try await netns.timeouts() == "900 120 5" })
      async let second = netns.program("try", "--udp", "6s", "--", "true")
      #expect(try await eventually { try await Guest.run(["pgrep", "-f", "try --udp 6s"]).status == 0 })
      try await Task.sleep(for: .seconds(1))
      try directory.write("go", "")
      expect(try await first.stdout, equals: "Timeout (tcp tcpfin udp): 900 120 300 (put back; tried 900 120 5)\n")
      expect(try await second.stdout, equals: "Timeout (tcp tcpfin udp): 900 120 6 (kept; was 900 120 300)\n")
      try await netns.expectEnd("900 120 6")
    }

    @Test func letsItsCommandChangeSomething() async throws {
      let script = #""$0" set --tcp 60 && "$0" with --tcpfin 30 -- "$0" set --tcp 61"#
      expect(
        try await netns.program("with", "--udp", "5s", "--", "sh", "-c", script, Guest.program),
        equals: Outcome(
          0,
          """
          Timeout (tcp tcpfin udp): 60 120 5 (was 900 120 5)
          Timeout (tcp tcpfin udp): 61 30 5 (was 60 30 5)
          Timeout (tcp tcpfin udp): 61 120 5 (put back; tried 61 30 5)
          Timeout (tcp tcpfin udp): 61 120 300 (put back; tried 61 120 5)

          """))
      try await netns.expectEnd("61 120 300")
    }

    @Test func letsItsCommandThroughWithAnotherEnvironment() async throws {
      let outcome = try await netns.program(
        "with", "--udp", "5s", "--", "env", "-i", Guest.program, "set", "--tcp", "60")
      #expect(outcome.status == 0 && outcome.stderr.isEmpty, "\(outcome)")
      try await netns.expectEnd("60 120 300")
    }

    @Test func letsItsCommandThroughAsTheFirstProcess() async throws {
      let outcome = try await netns.run(
        "unshare", "--pid", "--fork", "--mount-proc", Guest.program, "with", "--udp", "5s", "--", Guest.program, "set",
        "--tcp", "60")
      #expect(outcome.status == 0 && outcome.stderr.isEmpty, "\(outcome)")
      try await netns.expectEnd("60 120 300")
    }

    @Test func letsItsCommandsTakeTurns() async throws {
      let script = #"""
        "$0" with --udp 5 -- sh -c ': >"$0/begun"; sleep 1' "$1" &
        until [ -e "$1/begun" ]; do sleep 0.05; done
        "$0" with --udp 6 -- sleep 0.1 & wait
        "$0" with --udp 7 -- sh -c '"$0" set --udp 8 & wait' "$0"
        """#
      expect(
        try await netns.program("with", "--tcp", "60", "--", "sh", "-c", script, Guest.program, directory.path),
        equals: Outcome(
          0,
          """
          Timeout (tcp tcpfin udp): 60 120 300 (put back; tried 60 120 5)
          Timeout (tcp tcpfin udp): 60 120 300 (put back; tried 60 120 6)
          Timeout (tcp tcpfin udp): 60 120 8 (was 60 120 7)
          Timeout (tcp tcpfin udp): 60 120 8 (left as it is)
          Timeout (tcp tcpfin udp): 900 120 8 (put back; tried 60 120 8)

          """,
          "ipvs-timeout: udp in this network namespace is left at 8 s: the trial set it from 300 s to 7 s, but the"
            + " command or another program has changed it since\n"))
      try await netns.expectEnd("900 120 8")
    }

    @Test func restoresAfterATrialInsideWasKilled() async throws {
      let outcome = try await netns.program(
        "with", "--udp", "5s", "--", Guest.program, "with", "--udp", "7s", "--", "sh", "-c", "kill -KILL $PPID")
      #expect(outcome.status == 137, "\(outcome)")
      #expect(
        outcome.stdout.hasSuffix("Timeout (tcp tcpfin udp): 900 120 300 (put back; tried 900 120 5)\n"), "\(outcome)")
      try await netns.expectEnd("900 120 300")
    }

    @Test func leavesARecordIfAProcessInsideDoesNotEnd() async throws {
      let script = #"""
        "$0" with --udp 7s -- sh -c ': >"$0/begun"; until [ -e "$0/go" ]; do sleep 0.1; done' "$1" >/dev/null 2>&1 &
        until [ -e "$1/begun" ]; do sleep 0.05; done
        """#
      let outcome = try await netns.program(
        "with", "--udp", "5s", "--", "sh", "-c", script, Guest.program, directory.path)
      #expect(outcome.status == 75, "\(outcome)")
      #expect(outcome.stderr.contains("a process of the command still changes timeouts: `"), "\(outcome)")
      #expect(outcome.stderr.contains("udp in this network namespace is left at 7 s"), "\(outcome)")
      try directory.write("go", "")
      #expect(try await eventually { try await netns.timeouts() == "900 120 5" })
      expect(try await netns.program("rollback").status, equals: 0)
      try await netns.expectEnd("900 120 300")
    }

    @Test func doesNotWaitForProcessesThatTheCommandLeavesRunning() async throws {
      let script = "sleep 30 </dev/null >/dev/null 2>&1 & echo $! >\(directory.path)/pid"
      expect(try await netns.program("with", "--udp", "5s", "--", "sh", "-c", script).status, equals: 0)
      expect(try await netns.run("timeout", "5", Guest.program, "set", "--udp", "6").status, equals: 0)
      try await Guest.output(["sh", "-c", "kill $(cat \(directory.path)/pid)"])
    }
  }
}

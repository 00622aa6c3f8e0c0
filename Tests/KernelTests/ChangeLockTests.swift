// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// Programs that change timeouts at the same time wait for each other, and not forever.
  @Suite struct ChangeLockTests {
    private let netns = Namespace.current
    private let directory = ScratchDirectory.current

    private static let lock = "/run/ipvs-timeout/lock"

    @Test func makesAChangeWaitForALimitedTime() async throws {
      let commands = try ["set 60 30 60", "set --udp 60 --netns host", "apply POLICY --netns host"].map(command)
      try await whileLocked { holder in
        let start = ContinuousClock.now
        expect(
          try await outcomes(commands),
          equals: Array(
            repeating: Outcome(
              75, "",
              "ipvs-timeout: cannot change the timeouts, and nothing was changed:"
                + " `/usr/bin/flock -o \(ChangeLockTests.lock) sleep 1000` (process \(holder)) is still changing them"
                + " after 10 s; wait until it ends, then try again\n"),
            count: commands.count))
        #expect(start.duration(to: .now) >= .seconds(10))
        #expect(start.duration(to: .now) < .seconds(900))
      }
      expect(try await netns.timeouts(), equals: "900 120 300")
    }

    @Test func letsAChangeContinueWhenTheOtherHasEnded() async throws {
      let script = ": >\(directory.path)/locked; sleep 2; : >\(directory.path)/ended"
      async let short = Guest.run(["flock", ChangeLockTests.lock, "sh", "-c", script])
      #expect(try await eventually { try await Guest.run(["test", "-e", "\(directory.path)/locked"]).status == 0 })
      expect(
        try await netns.program("set", "60", "30", "60"),
        equals: Outcome(0, "Timeout (tcp tcpfin udp): 60 30 60 (was 900 120 300)\n"))
      expect(try await Guest.run(["test", "-e", "\(directory.path)/ended"]).status, equals: 0)
      expect(try await short, equals: Outcome())
    }

    @Test(arguments: [
      "show", "verify 900 120 300", "set 60 30 60 --dry-run", "apply POLICY --netns host --dry-run", "--set 60 30 60",
      "-L --timeout",
    ])
    func keepsNoOtherCommandWaiting(_ words: String) async throws {
      let command = try command(words)
      try await whileLocked { _ in
        let outcome = try await netns.run(["timeout", "5"] + command)
        #expect(outcome.status == 0 && outcome.stderr.isEmpty, "\(outcome)")
      }
    }

    @Test func isReportedWhenItCannotBeMade() async throws {
      // Its own mounts, in which /run is read-only.
      let outcome = try await netns.run(
        "unshare", "--mount", "sh", "-c", "mount -t tmpfs -o ro none /run && exec \"$0\" set 60 30 60", Guest.program)
      expect(
        outcome,
        equals: Outcome(
          0, "Timeout (tcp tcpfin udp): 60 30 60 (was 900 120 300)\n",
          "ipvs-timeout: cannot lock \(ChangeLockTests.lock) (Read-only file system, errno 30), so another change may run at"
            + " the same time; make sure that none does\n"))
    }

    @Test func isNotReportedToCallersWithoutThePrivilege() async throws {
      let outcome = try await netns.run(
        ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", Guest.program, "set", "60", "30", "60"])
      #expect(outcome.status == 77 && outcome.isOneSentence, "\(outcome)")
    }

    @Test func isReportedToCallersWhoMayChangeWithoutIt() async throws {
      expect(try await netns.program("set", "0", "0", "0", "--quiet"), equals: Outcome())
      let outcome = try await netns.run(
        "setpriv", "--reuid=65534", "--clear-groups", "--inh-caps=+net_admin", "--ambient-caps=+net_admin",
        Guest.program,
        "set", "--udp", "7")
      #expect(outcome.status == 0 && outcome.isErrorOneSentence, "\(outcome)")
      #expect(
        outcome.stderr.contains("cannot lock \(ChangeLockTests.lock) (Permission denied, errno 13)"), "\(outcome)")
      expect(try await netns.timeouts(), equals: "900 120 7")
    }

    @Test func isReleasedBeforeTheResultIsRead() async throws {
      let script = #"""
        "$0" set --udp 5 >"$1" & slow=$!
        until ipvsadm -L --timeout | grep -q ' 5$'; do sleep 0.05; done
        timeout 5 "$0" set --udp 6 --quiet; status=$?
        kill $slow; exit $status
        """#
      let outcome = try await netns.run(
        "sh", "-c", BlockedStream.script + script, Guest.program, "\(directory.path)/pipe")
      #expect(outcome.status == 0, "\(outcome)")
      expect(try await netns.timeouts(), equals: "900 120 6")
    }

    @Test func doesNotReplaceAClosedOutput() async throws {
      let outcome = try await netns.run(["sh", "-c", "exec \"$0\" set 60 30 60 <&- >&- 2>&-", Guest.program])
      #expect(outcome.status == 71)
      expect(try await netns.timeouts(), equals: "60 30 60")
      expect(try await Guest.output(["stat", "-c", "%s", ChangeLockTests.lock]), equals: "0\n")
    }

    private func command(_ words: String) throws -> [String] {
      let policy = try directory.write("policy", "host 60 30 60\n")
      return [Guest.program] + words.split(separator: " ").map { $0 == "POLICY" ? policy : String($0) }
    }

    /// Runs commands at the same time and returns their results.
    private func outcomes(_ commands: [[String]]) async throws -> [Outcome] {
      try await withThrowingTaskGroup { group in
        for command in commands { group.addTask { try await netns.run(command) } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
    }

    /// Does some work while another process has the lock.
    private func whileLocked(_ body: @Sendable (_ holder: Int32) async throws -> Void) async throws {
      // This call makes the directory.
      expect(try await netns.program("set", "0", "0", "0").status, equals: 0)
      let command = ["flock", "-o", ChangeLockTests.lock, "sleep", "1000"]
      try await withProcess(command, becoming: "/usr/bin/flock") { holder in
        let isLocked = try await eventually {
          try await Guest.run(["flock", "--nonblock", ChangeLockTests.lock, "true"]).status == 1
        }
        #expect(isLocked)
        try await body(holder)
      }
    }
  }
}

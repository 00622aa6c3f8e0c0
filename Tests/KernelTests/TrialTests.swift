// SPDX-License-Identifier: Apache-2.0

import IPVS
import Testing

extension RealKernel {
  /// `ipvs-timeout try` and `with`: the timeouts in the kernel during and after a trial, and the output.
  @Suite struct TrialTests {
    private let netns = Namespace.current
    private let directory = ScratchDirectory.current

    private static let restored = "Timeout (tcp tcpfin udp): 900 120 300 (put back; tried 900 120 5)\n"

    @Test func keepsTheTimeoutsAfterSuccess() async throws {
      expect(
        try await netns.program("try", "60", "30", "60", "--", "true"),
        equals: Outcome(0, "Timeout (tcp tcpfin udp): 60 30 60 (kept; was 900 120 300)\n"))
      try await netns.expectEnd("60 30 60")
      expect(
        try await netns.program("try", "60", "30", "-", "--", "true"),
        equals: Outcome(0, "Timeout (tcp tcpfin udp): 60 30 60 (unchanged)\n"))
      let outcome = try await netns.program("with", "60", "30", "-", "--", Guest.ipvsadm, "--set", "0", "77", "0")
      #expect(outcome.stdout == "Timeout (tcp tcpfin udp): 60 77 60 (left as it is)\n")
    }

    @Test(arguments: [("false", 1), ("exit 9", 9), ("kill -KILL $$", 137), ("exit 75", 75)] as [(String, Int32)])
    func restoresAfterFailure(_ script: String, _ status: Int32) async throws {
      for command in ["try", "with"] {
        expect(
          try await netns.program(command, "--udp", "5s", "--", "sh", "-c", script),
          equals: Outcome(status, TrialTests.restored))
        try await netns.expectEnd("900 120 300")
      }
    }

    @Test func restoresInAnyCase() async throws {
      expect(
        try await netns.program("with", "--udp", "5s", "--", Guest.ipvsadm, "-L", "--timeout"),
        equals: Outcome(0, "Timeout (tcp tcpfin udp): 900 120 5\n\(TrialTests.restored)"))
      try await netns.expectEnd("900 120 300")
    }

    @Test(
      arguments: [
        ("nonesuch", 127, "No such file or directory, errno 2"), ("/etc/passwd", 126, "Permission denied, errno 13"),
      ] as [(String, Int32, String)])
    func restoresIfTheCommandDoesNotStart(_ word: String, _ status: Int32, _ reason: String) async throws {
      for command in ["try", "with"] {
        expect(
          try await netns.program(command, "--udp", "5s", "--", word),
          equals: Outcome(
            status, TrialTests.restored,
            "ipvs-timeout: cannot run the command `\(word)` (\(reason))\n"))
        try await netns.expectEnd("900 120 300")
      }
    }

    @Test func endsACommandThatTakesTooLong() async throws {
      let outcome = try await netns.program(
        "try", "--udp", "5s", "--within", "1s", "--", "sh", "-c", "trap '' TERM; sleep 987 & sleep 987")
      expect(
        outcome,
        equals: Outcome(
          75, TrialTests.restored,
          "ipvs-timeout: the time given to --within is over; the command `sh` was ended\n"))
      try await netns.expectEnd("900 120 300")
      expect(try await Guest.run(["pgrep", "-f", "sleep 987"]).status, equals: 1)
      expect(try await netns.program("try", "--udp", "5s", "--within", "10m", "--", "true").status, equals: 0)
    }

    @Test func asksAStoppedCommandToEnd() async throws {
      let script = "trap 'echo asked; exit' TERM; kill -s STOP $$; sleep 975 & wait"
      let outcome = try await netns.program("try", "--udp", "5s", "--within", "5s", "--", "sh", "-c", script)
      #expect(outcome.status == 75 && outcome.stdout == "asked\n\(TrialTests.restored)", "\(outcome)")
    }

    @Test func endsProcessesThatForkAllTheTime() async throws {
      let chain = #"$SIG{TERM} = "IGNORE"; $0 = "chain979"; if (!fork) { while (1) { exit if fork } } sleep 979"#
      let outcome = try await netns.program("try", "--udp", "5s", "--within", "1s", "--", "perl", "-e", chain)
      #expect(outcome.status == 75, "\(outcome)")
      expect(try await Guest.run(["pgrep", "-f", "chain979"]).status, equals: 1)
      try await netns.expectEnd("900 120 300")
    }

    @Test(arguments: ["mount -t tmpfs none /proc", ":"]) func endsTheCommandWhateverProcSays(_ script: String)
      async throws
    {
      // Without --mount-proc, /proc shows the process IDs of another namespace.
      let namespaces = script == ":" ? ["unshare", "--pid", "--fork"] : ["unshare", "--mount"]
      let outcome = try await netns.run(
        namespaces + ["sh", "-c", "\(script); $0 try --udp 5s --within 1s -- sleep 978; exit $?", Guest.program])
      #expect(outcome.status == 75, "\(outcome)")
      expect(try await Guest.run(["pgrep", "-x", "-f", "sleep 978"]).status, equals: 1)
      try await netns.expectEnd("900 120 300")
    }

    @Test func doesNotEndProcessesOfItsCaller() async throws {
      let script = #"sleep 977 & exec "$0" try --udp 5s --within 1s -- sleep 976"#
      expect(try await netns.run("sh", "-c", script, Guest.program).status, equals: 75)
      expect(try await Guest.run(["pgrep", "-x", "-f", "sleep 976"]).status, equals: 1)
      expect(try await Guest.run(["pkill", "-x", "-f", "sleep 977"]).status, equals: 0)
    }

    @Test func reapsProcessesThatItInherits() async throws {
      let script = """
        for i in $(seq 20); do (setsid true &); done; sleep 1
        for i in $(seq 1000); do count=$(ps -o stat= --ppid $PPID | grep -c Z); [ $count != 0 ] || break; sleep 0.1; done
        echo $count
        """
      let outcome = try await netns.program("with", "--udp", "5s", "--quiet", "--", "sh", "-c", script)
      #expect(outcome.stdout == "0\n", "\(outcome)")
    }

    @Test func doesNotEndProcessesThatTheCommandLeavesRunning() async throws {
      let script = "sleep 988 </dev/null >/dev/null 2>&1 &"
      expect(
        try await netns.program("with", "--udp", "5s", "--", "sh", "-c", script),
        equals: Outcome(0, TrialTests.restored))
      expect(try await Guest.run(["pkill", "-f", "sleep 988"]).status, equals: 0)
    }

    @Test func keepsTimeoutsThatTheCommandHasChanged() async throws {
      let outcome = try await netns.program(
        "with", "60", "30", "60", "--", Guest.ipvsadm, "--set", "0", "77", "0")
      expect(
        outcome,
        equals: Outcome(
          0, "Timeout (tcp tcpfin udp): 900 77 300 (put back, but not tcpfin; tried 60 77 60)\n",
          "ipvs-timeout: tcpfin in this network namespace is left at 77 s: the trial set it from 120 s to 30 s, but the"
            + " command or another program has changed it since\n"))
      try await netns.expectEnd("900 77 300")
    }

    @Test func reportsTimeoutsThatTheCommandHasChanged() async throws {
      expect(
        try await netns.program("try", "60", "30", "60", "--", Guest.ipvsadm, "--set", "0", "77", "0"),
        equals: Outcome(
          0, "Timeout (tcp tcpfin udp): 60 77 60 (kept, but not tcpfin; was 900 120 300)\n",
          "ipvs-timeout: tcpfin in this network namespace is left at 77 s: the trial set it from 120 s to 30 s, but the"
            + " command or another program has changed it since\n"))
      try await netns.expectEnd("60 77 60")
    }

    @Test func keepsTimeoutsThatAnotherProgramHasChanged() async throws {
      let script = "until [ -e \(directory.path)/go ]; do sleep 0.05; done; exit 4"
      async let slow = netns.program("try", "60", "30", "60", "--", "sh", "-c", script)
      #expect(try await eventually { try await netns.timeouts() == "60 30 60" })
      try await netns.set(7, 8, 60)
      try directory.write("go", "")
      let outcome = try await slow
      #expect(outcome.status == 4)
      #expect(outcome.stdout == "Timeout (tcp tcpfin udp): 7 8 300 (put back, but not tcp tcpfin; tried 7 8 60)\n")
      #expect(outcome.stderr.split(separator: "\n").count == 2, "\(outcome)")
      try await netns.expectEnd("7 8 300")
    }

    @Test func runsNothingIfTheKernelHasOtherTimeouts() async throws {
      let deaf = try directory.script("ipvsadm", "[ \"$1\" = --set ] || exec \(Guest.ipvsadm) \"$@\"")
      let outcome = try await netns.program(
        "try", "--udp", "5s", "--backend", "ipvsadm", "--ipvsadm", deaf, "--", "touch", "\(directory.path)/ran")
      #expect(outcome.status == 71)
      #expect(outcome.stderr.contains("differ from the values just set: udp is 300 s, wanted 5 s"), "\(outcome)")
      expect(try await Guest.run(["test", "-e", "\(directory.path)/ran"]).status, equals: 1)
      try await netns.expectEnd("900 120 300")
    }

    @Test func reportsTimeoutsThatCannotBeRestored() async throws {
      // Fails when timeouts are set for the second time.
      let failing = try directory.script(
        "ipvsadm",
        """
        if [ "$1" = --set ]; then
          if [ -e \(directory.path)/set ] && ! [ -e \(directory.path)/cured ]; then echo no >&2; exit 9; fi
          : >\(directory.path)/set
        fi
        exec \(Guest.ipvsadm) "$@"
        """)
      let outcome = try await netns.program(
        "with", "--udp", "5s", "--backend", "ipvsadm", "--ipvsadm", failing, "--", "sh", "-c", "exit 3")
      #expect(outcome.status == 71 && outcome.isOneSentence, "\(outcome)")
      #expect(outcome.stderr.hasSuffix("; when this is fixed, run `ipvs-timeout rollback`\n"), "\(outcome)")
      expect(try await netns.timeouts(), equals: "900 120 5")
      expect(try await netns.program("rollback").status, equals: 71)
      try directory.write("cured", "")
      expect(try await netns.program("rollback"), equals: Outcome(0, "\(netns.name ?? "host"): \(TrialTests.restored)"))
      try await netns.expectEnd("900 120 300")
    }

    @Test(arguments: [">/dev/full", ">&-", "<&- >&- 2>&-"]) func passesTheStatusOnWithoutAReader(_ streams: String)
      async throws
    {
      for (script, status, end) in [("exit 0", 0, "900 120 5"), ("exit 3", 3, "900 120 300")]
        as [(String, Int32, String)]
      {
        try await netns.set(900, 120, 300)
        let outcome = try await netns.run(
          "sh", "-c", #"exec "$0" try --udp 5s -- sh -c "$1" \#(streams)"#, Guest.program, script)
        #expect(outcome.status == status && outcome.stdout.isEmpty, "\(outcome)")
        #expect(outcome.isOneSentence == !streams.contains("2>"), "\(outcome)")
        try await netns.expectEnd(end)
      }
    }

    @Test(arguments: [
      ("try --udp 5s --within 1s", "yes"), ("with --udp 5s", "nonesuch"), ("with --udp 5s --tcp 7", "CHANGING"),
    ])
    func restoresBeforeItPrintsAnything(_ words: String, _ command: String) async throws {
      let ipvsadm = try directory.script(
        "ipvsadm", "\(Guest.ipvsadm) \"$@\"; status=$?; echo \"$1\" >>\(directory.path)/calls; exit $status")
      let changing = try directory.script("changing", "\(Guest.ipvsadm) --set 60 0 0")
      let script = #"""
        "$0" $2 --backend ipvsadm --ipvsadm "$3" -- $4 >"$1" 2>"$1" & program=$!
        until [ "$(grep -c -e --set "$5/calls")" = 2 ]; do sleep 0.1; done
        # A signal during the restoring is held until it is over. The shell may reap the program at any moment.
        while kill $program 2>/dev/null; do sleep 0.5; done
        wait $program; exit 0
        """#
      let outcome = try await netns.run(
        "timeout", "-s", "KILL", "600", "sh", "-c", BlockedStream.script + script, Guest.program,
        "\(directory.path)/pipe", words, ipvsadm, command == "CHANGING" ? changing : command, directory.path)
      #expect(outcome.status == 0, "\(outcome)")
      try await netns.expectEnd(command == "CHANGING" ? "60 120 300" : "900 120 300")
    }

    @Test func refusesTimeoutsThatItCouldNotRestore() async throws {
      // Netlink accepts a longer timeout than ipvsadm.
      let client = try netns.inside { try Client() }
      try client.setTimeouts(Timeouts(tcp: Timeout(held: 5_000_000)))
      let outcome = try await netns.program("with", "--tcp", "60", "--backend", "ipvsadm", "--", "touch", "/nothing")
      #expect(outcome.status == 71 && outcome.isOneSentence, "\(outcome)")
      #expect(outcome.stderr.contains("tcp in this network namespace could not be restored"), "\(outcome)")
      expect(try await netns.timeouts(), equals: "5000000 120 300")
      expect(
        try await netns.program("with", "--tcp", "60", "--", "true").stdout,
        equals: "Timeout (tcp tcpfin udp): 5000000 120 300 (put back; tried 60 120 300)\n")
      try await netns.set(900, 120, 300)
    }

    @Test func runsAScriptWithoutAFirstLine() async throws {
      let path = try directory.write("check", "exit 4\n")
      try await Guest.output(["chmod", "+x", path])
      expect(try await netns.program("with", "--udp", "5s", "--", path), equals: Outcome(4, TrialTests.restored))
    }

    @Test func givesTheCommandItsCallersSIGPIPEEvenAfterANotice() async throws {
      expect(
        try await netns.program("with", "--udp", "5s", "--", "sh", "-c", "kill -KILL $PPID").status, equals: -9)
      let outcome = try await netns.program("with", "--tcp", "60", "--", "grep", "SigIgn", "/proc/self/status")
      #expect(outcome.stderr.contains("an earlier `ipvs-timeout with`"), "\(outcome)")
      let ignored = outcome.stdout.split(separator: "\n").first?.split(separator: "\t").last
      // SIGPIPE is signal 13.
      #expect(ignored.flatMap { UInt64($0, radix: 16) }.map { $0 & 1 << 12 } == 0, "\(outcome)")
      expect(try await netns.program("rollback").status, equals: 0)
    }

    @Test func restoresAfterKilledTrialsEvenIfTheResultCannotBeWritten() async throws {
      for words in [["--udp", "5s"], ["--tcp", "60"]] {
        let command = ["with"] + words + ["--", "sh", "-c", "kill -KILL $PPID"]
        expect(try await netns.run([Guest.program] + command).status, equals: -9)
      }
      expect(try await netns.timeouts(), equals: "60 120 5")
      let outcome = try await netns.run("sh", "-c", #"exec "$0" rollback >/dev/full"#, Guest.program)
      #expect(outcome.status == 71 && outcome.isOneSentence, "\(outcome)")
      try await netns.expectEnd("900 120 300")
      // Timeouts that already match are not reported as restored.
      expect(try await netns.program("with", "--udp", "5s", "--", "sh", "-c", "kill -KILL $PPID").status, equals: -9)
      try await netns.set(0, 0, 300)
      expect(
        try await netns.program("rollback"),
        equals: Outcome(0, "\(netns.name ?? "host"): Timeout (tcp tcpfin udp): 900 120 300 (as before)\n"))
    }

    @Test func givesTheCommandTheSurroundingsOfItsCaller() async throws {
      let script = #"""
        exec 7<"$1"
        cd /usr/lib
        echo typed | VARIABLE=value "$0" with --udp 5s --quiet -- \
          sh -c 'read -r word; read -r file <&7; echo "$word $file $VARIABLE $PWD"; echo errors >&2'
        """#
      let file = try directory.write("file", "opened\n")
      expect(
        try await netns.run("sh", "-c", script, Guest.program, file),
        equals: Outcome(0, "typed opened value /usr/lib\n", "errors\n"))
    }

    @Test func changesNothingInADryRun() async throws {
      expect(
        try await netns.program("with", "1", "2", "3", "--dry-run", "--", "touch", "\(directory.path)/ran"),
        equals: Outcome(0, "Timeout (tcp tcpfin udp): 900 120 300 (would become 1 2 3)\n"))
      expect(try await Guest.run(["test", "-e", "\(directory.path)/ran"]).status, equals: 1)
      try await netns.expectEnd("900 120 300")
    }
  }
}

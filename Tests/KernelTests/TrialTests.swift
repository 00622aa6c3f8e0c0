// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// `ipvs-timeout try` and `with`: what the kernel holds meanwhile and afterwards, and what is said.
  @Suite struct TrialTests {
    private let netns = Namespace.current
    private let directory = ScratchDirectory.current

    private static let putBack = "Timeout (tcp tcpfin udp): 900 120 300 (put back; was 900 120 5)\n"

    @Test func keepsWhatSucceeds() async throws {
      expect(
        try await netns.program("try", "60", "30", "60", "--", "true"),
        equals: Outcome(0, "Timeout (tcp tcpfin udp): 60 30 60 (kept; was 900 120 300)\n"))
      try await netns.expectEnd("60 30 60")
      expect(
        try await netns.program("try", "60", "30", "-", "--", "true"),
        equals: Outcome(0, "Timeout (tcp tcpfin udp): 60 30 60 (unchanged)\n"))
      let outcome = try await netns.program("with", "60", "30", "-", "--", Guest.ipvsadm, "--set", "0", "77", "0")
      #expect(outcome.stdout == "Timeout (tcp tcpfin udp): 60 77 60 (put back, but not tcpfin; was 60 30 60)\n")
    }

    @Test(arguments: [("false", 1), ("exit 9", 9), ("kill -KILL $$", 137), ("exit 75", 75)] as [(String, Int32)])
    func putsBackWhatFails(_ script: String, _ status: Int32) async throws {
      for command in ["try", "with"] {
        expect(
          try await netns.program(command, "--udp", "5s", "--", "sh", "-c", script),
          equals: Outcome(status, TrialTests.putBack))
        try await netns.expectEnd("900 120 300")
      }
    }

    @Test func putsBackInAnyCase() async throws {
      expect(
        try await netns.program("with", "--udp", "5s", "--", Guest.ipvsadm, "-L", "--timeout"),
        equals: Outcome(0, "Timeout (tcp tcpfin udp): 900 120 5\n\(TrialTests.putBack)"))
      try await netns.expectEnd("900 120 300")
    }

    @Test(
      arguments: [
        ("nonesuch", 127, "No such file or directory, errno 2"), ("/etc/passwd", 126, "Permission denied, errno 13"),
      ] as [(String, Int32, String)])
    func putsBackWhereTheCommandDoesNotStart(_ word: String, _ status: Int32, _ reason: String) async throws {
      for command in ["try", "with"] {
        expect(
          try await netns.program(command, "--udp", "5s", "--", word),
          equals: Outcome(
            status, TrialTests.putBack,
            "ipvs-timeout: cannot run the command `\(word)` (\(reason)); the old timeouts are put back\n"))
        try await netns.expectEnd("900 120 300")
      }
    }

    @Test func endsWhatTakesTooLong() async throws {
      let outcome = try await netns.program(
        "try", "--udp", "5s", "--within", "1s", "--", "sh", "-c", "trap '' TERM; sleep 987 & sleep 987")
      expect(
        outcome,
        equals: Outcome(
          75, TrialTests.putBack,
          "ipvs-timeout: the time given by --within is over; the command `sh` was ended, and the old timeouts are put"
            + " back\n"))
      try await netns.expectEnd("900 120 300")
      expect(try await Guest.run(["pgrep", "-f", "sleep 987"]).status, equals: 1)
      expect(try await netns.program("try", "--udp", "5s", "--within", "5s", "--", "true").status, equals: 0)
    }

    @Test func leavesAloneWhatTheCommandLeavesRunning() async throws {
      let script = "sleep 988 </dev/null >/dev/null 2>&1 &"
      expect(
        try await netns.program("with", "--udp", "5s", "--", "sh", "-c", script),
        equals: Outcome(0, TrialTests.putBack))
      expect(try await Guest.run(["pkill", "-f", "sleep 988"]).status, equals: 0)
    }

    @Test func leavesWhatTheCommandHasChanged() async throws {
      let outcome = try await netns.program(
        "with", "60", "30", "60", "--", Guest.ipvsadm, "--set", "0", "77", "0")
      expect(
        outcome,
        equals: Outcome(
          0, "Timeout (tcp tcpfin udp): 900 77 300 (put back, but not tcpfin; was 60 30 60)\n",
          "ipvs-timeout: tcpfin in this network namespace is left at 77 s: it was 120 s and was set to 30 s here, but the"
            + " command or another program has changed it since\n"))
      try await netns.expectEnd("900 77 300")
    }

    @Test func tellsWhatTheCommandHasMadeOfWhatIsKept() async throws {
      expect(
        try await netns.program("try", "60", "30", "60", "--", Guest.ipvsadm, "--set", "0", "77", "0"),
        equals: Outcome(
          0, "Timeout (tcp tcpfin udp): 60 77 60 (kept, but not tcpfin; was 900 120 300)\n",
          "ipvs-timeout: tcpfin in this network namespace is left at 77 s: it was 120 s and was set to 30 s here, but the"
            + " command or another program has changed it since\n"))
      try await netns.expectEnd("60 77 60")
    }

    @Test func leavesWhatSomebodyElseHasChanged() async throws {
      async let slow = netns.program("try", "60", "30", "60", "--", "sh", "-c", "sleep 1; exit 4")
      #expect(try await eventually { try await netns.timeouts() == "60 30 60" })
      try await netns.set(7, 8, 300)
      let outcome = try await slow
      #expect(outcome.status == 4)
      #expect(outcome.stdout == "Timeout (tcp tcpfin udp): 7 8 300 (put back, but not tcp tcpfin; was 60 30 60)\n")
      #expect(outcome.stderr.split(separator: "\n").count == 2, "\(outcome)")
      try await netns.expectEnd("7 8 300")
    }

    @Test func runsNothingWhereTheKernelDoesNotHoldWhatWasSet() async throws {
      let deaf = try directory.script("ipvsadm", "[ \"$1\" = --set ] || exec \(Guest.ipvsadm) \"$@\"")
      let outcome = try await netns.program(
        "try", "--udp", "5s", "--backend", "ipvsadm", "--ipvsadm", deaf, "--", "touch", "\(directory.path)/ran")
      #expect(outcome.status == 71)
      #expect(outcome.stderr.contains("are not what was just set: udp is 300 s, wanted 5 s"), "\(outcome)")
      expect(try await Guest.run(["test", "-e", "\(directory.path)/ran"]).status, equals: 1)
      try await netns.expectEnd("900 120 300")
    }

    @Test func tellsWhatCannotBePutBack() async throws {
      // The second time that something is set.
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
      #expect(outcome.stderr.hasSuffix("; when that is cured, run `ipvs-timeout put-back`\n"), "\(outcome)")
      expect(try await netns.timeouts(), equals: "900 120 5")
      expect(try await netns.program("put-back").status, equals: 71)
      try directory.write("cured", "")
      expect(try await netns.program("put-back"), equals: Outcome(0, "host: \(TrialTests.putBack)"))
      try await netns.expectEnd("900 120 300")
    }

    @Test func givesTheCommandWhatItsCallerHas() async throws {
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

    @Test func saysInJSONWhatHasBecomeOfThem() async throws {
      let start = #"{"netns":"host","backend":"netlink","before":{"tcp":900,"tcpfin":120,"udp":300},"#
      expect(
        try await netns.program(
          "with", "--tcp", "60", "--format", "json", "--", Guest.ipvsadm, "--set", "61", "0", "0"),
        equals: Outcome(
          0,
          start + #""meanwhile":{"tcp":60,"tcpfin":120,"udp":300},"after":{"tcp":61,"tcpfin":120,"udp":300},"#
            + #""kept":false,"left":["tcp"]}"# + "\n",
          "ipvs-timeout: tcp in this network namespace is left at 61 s: it was 900 s and was set to 60 s here, but the"
            + " command or another program has changed it since\n"))
      try await netns.set(900, 0, 0)
      expect(
        try await netns.program("try", "--tcp", "60", "--format", "json", "--", "true"),
        equals: Outcome(
          0,
          start + #""meanwhile":{"tcp":60,"tcpfin":120,"udp":300},"after":{"tcp":60,"tcpfin":120,"udp":300},"#
            + #""kept":true,"left":[]}"# + "\n"))
    }

    @Test func doesNothingInADryRun() async throws {
      expect(
        try await netns.program("with", "1", "2", "3", "--dry-run", "--", "touch", "\(directory.path)/ran"),
        equals: Outcome(0, "Timeout (tcp tcpfin udp): 900 120 300 (would become 1 2 3)\n"))
      expect(try await Guest.run(["test", "-e", "\(directory.path)/ran"]).status, equals: 1)
      try await netns.expectEnd("900 120 300")
    }
  }
}

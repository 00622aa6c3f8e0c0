// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// `ipvs-timeout try` and `with` on a terminal: the question, and commands that read from it.
  @Suite struct TrialTerminalTests {
    private let netns = Namespace.current
    private let directory = ScratchDirectory.current

    private static let kept = "Timeout (tcp tcpfin udp): 900 120 5 (kept; was 900 120 300)\r\n"
    private static let restored = "Timeout (tcp tcpfin udp): 900 120 300 (put back; tried 900 120 5)\r\n"
    private static let question =
      "The timeouts are set. Keep them? Without a yes within 20s the old ones are restored: "

    @Test(arguments: [("yes", 0), ("Y", 0), ("no", 1), ("n", 1)] as [(String, Int32)])
    func asks(_ answer: String, _ status: Int32) async throws {
      let outcome = try await terminal("try --udp 5s --confirm --within 20s", typing: "echo \(answer)")
      #expect(outcome.status == status, "\(outcome)")
      #expect(outcome.stdout.contains(TrialTerminalTests.question), "\(outcome)")
      #expect(
        outcome.stdout.contains(status == 0 ? TrialTerminalTests.kept : TrialTerminalTests.restored), "\(outcome)")
      try await netns.expectEnd(status == 0 ? "900 120 5" : "900 120 300")
    }

    @Test func asksAgain() async throws {
      // Text typed before the question is not an answer.
      let count = "\(directory.path)/count"
      let keys = "echo >>\(count); if [ $(wc -l <\(count)) -lt 6 ]; then echo what; else echo yes; fi"
      let outcome = try await terminal("try --udp 5s --confirm", typing: keys)
      #expect(outcome.status == 0, "\(outcome)")
      #expect(outcome.stdout.contains("yes or no? "), "\(outcome)")
      try await netns.expectEnd("900 120 5")
    }

    @Test(arguments: [("--within 1s", "1s"), ("--within 2", "2s")])
    func restoresWithoutAnAnswer(_ options: String, _ text: String) async throws {
      let outcome = try await terminal("try --udp 5s --confirm \(options)", typing: ":")
      #expect(outcome.status == 75, "\(outcome)")
      #expect(outcome.stdout.contains("Without a yes within \(text) "), "\(outcome)")
      #expect(
        outcome.stdout.contains(
          "ipvs-timeout: there was no answer in time\r\n" + TrialTerminalTests.restored),
        "\(outcome)")
      try await netns.expectEnd("900 120 300")
    }

    @Test(arguments: ["try --udp 5s --confirm", "with --udp 5s -- sh -c 'cat'", "try --udp 5s -- sh -c 'sleep 985'"])
    func restoresWhenTheTerminalHangsUp(_ words: String) async throws {
      // The terminal ends with the process that provides it.
      let script = #"""
        (exec sleep 600 2>/dev/null) | script -qec "exec $0 $1" /dev/null >"$2/output" 2>&1 &
        terminal=$!
        until ipvsadm -L --timeout | grep -q ' 5$'; do sleep 0.05; done
        sleep 0.3
        kill -KILL $terminal
        pkill -x -f 'sleep 600'
        """#
      expect(try await netns.run("sh", "-c", script, Guest.program, words, directory.path).status, equals: 0)
      #expect(try await eventually { try await netns.timeouts() == "900 120 300" })
      #expect(try await eventually { try await Guest.output(["ls", "/run/ipvs-timeout"]) == "lock\n" })
      expect(try await Guest.run(["pgrep", "-f", "sleep 985"]).status, equals: 1)
    }

    @Test(arguments: ["yes, but not now", "y y", "yes no"]) func keepsOnlyAfterAPlainYes(_ answer: String) async throws
    {
      let outcome = try await terminal("try --udp 5s --confirm --within 4s", typing: "echo '\(answer)'")
      #expect(outcome.status == 75, "\(outcome)")
      try await netns.expectEnd("900 120 300")
    }

    @Test func endsByASignalInPlaceOfAnAnswer() async throws {
      let outcome = try await terminal("try --udp 5s --confirm", typing: "printf '\\003'; sleep 1")
      #expect(outcome.status == 130 && !outcome.stdout.contains("no answer"), "\(outcome)")
      #expect(outcome.stdout.contains(TrialTerminalTests.restored), "\(outcome)")
      try await netns.expectEnd("900 120 300")
    }

    @Test func reportsThatTheTerminalWasClosed() async throws {
      let outcome = try await terminal("try --udp 5s --confirm", typing: "printf '\\004'; sleep 1")
      #expect(outcome.status == 75, "\(outcome)")
      #expect(
        outcome.stdout.contains("ipvs-timeout: the terminal was closed before there was an answer\r\n"), "\(outcome)")
      try await netns.expectEnd("900 120 300")
    }

    /// As on a connection that was cut: nothing reads the terminal, so it accepts no more text.
    @Test(arguments: [
      "try --udp 5s --within 4s -- yes", "try --udp 5s --confirm --within 4s", "try --udp 5s --after 2s -- false",
    ])
    func restoresIfTheTerminalAcceptsNothing(_ words: String) async throws {
      let script = #"""
        (exec sleep 600 2>/dev/null) | script -qec "yes & sleep 0.5; kill \$!; exec $0 $2" /dev/null >"$1" & terminal=$!
        until ipvsadm -L --timeout | grep -q ' 5$'; do sleep 0.05; done
        until ipvsadm -L --timeout | grep -q ' 300$'; do sleep 0.05; done
        kill -KILL $terminal
        pkill -x -f 'sleep 600'
        """#
      let outcome = try await netns.run(
        "timeout", "-s", "KILL", "600", "sh", "-c", BlockedStream.script + script, Guest.program,
        "\(directory.path)/pipe", words)
      #expect(outcome.status == 0, "\(outcome)")
      #expect(try await eventually { try await Guest.output(["ls", "/run/ipvs-timeout"]) == "lock\n" })
    }

    @Test func refusesToAskWithoutATerminal() async throws {
      let outcome = try await netns.run("setsid", "-w", Guest.program, "try", "--udp", "5s", "--confirm")
      #expect(outcome.status == 64 && outcome.isOneSentence, "\(outcome)")
      #expect(outcome.stderr.contains("asks on a terminal"))
      try await netns.expectEnd("900 120 300")
    }

    @Test(arguments: [("try", 5), ("with", 5)] as [(String, Int32)])
    func lets(_ command: String, readWhatIsTyped status: Int32) async throws {
      let outcome = try await terminal(
        "\(command) --udp 5s -- sh", typing: "echo 'echo typed-$((6*7)); exit 5'; sleep 2")
      #expect(outcome.status == status, "\(outcome)")
      #expect(outcome.stdout.contains("typed-42"), "\(outcome)")
      #expect(outcome.stdout.contains(TrialTerminalTests.restored), "\(outcome)")
      try await netns.expectEnd("900 120 300")
    }

    @Test func endsByTheKeyboardWithItsCommand() async throws {
      let outcome = try await terminal("with --udp 5s -- sleep 30", typing: "printf '\\003'; sleep 1")
      #expect(outcome.status == 130, "\(outcome)")
      try await netns.expectEnd("900 120 300")
    }

    @Test(arguments: [("with", 0), ("try", 130)] as [(String, Int32)])
    func continuesWithACommandThatHandlesTheKeyboard(_ word: String, _ status: Int32) async throws {
      let ready = "\(directory.path)/ready"
      try directory.script("command", "trap 'echo caught; exit 0' INT; : >\(ready); while :; do sleep 0.05; done")
      let outcome = try await terminal(
        "\(word) --udp 5s -- \(directory.path)/command",
        typing: "until [ -e \(ready) ]; do sleep 0.05; done; [ -e \(ready).typed ] || printf '\\003'; : >\(ready).typed"
      )
      #expect(outcome.status == status && outcome.stdout.contains("caught"), "\(outcome)")
      #expect(outcome.stdout.contains(TrialTerminalTests.restored), "\(outcome)")
      try await netns.expectEnd("900 120 300")
    }

    @Test(arguments: ["sleep 10", "setsid sleep 10"])
    func keepsNothingAfterASignal(_ command: String) async throws {
      // Only to the program: the command continues and succeeds.
      let outcome = try await terminal("try --udp 5s -- \(command)", typing: "pkill -INT -xf '\(Guest.program) try.*'")
      #expect(outcome.status == 130, "\(outcome)")
      try await netns.expectEnd("900 120 300")
    }

    @Test(arguments: ["sleep 983 & sleep 983", "exec setsid sleep 983", "setsid -f sleep 982; exec sleep 983"])
    func endsTheProcessesOfTheCommandAndNoOthers(_ command: String) async throws {
      try directory.script("command", command)
      // In the same job, like an earlier line of a script.
      try directory.script(
        "job",
        """
        sleep 981 &
        \(Guest.program) try --udp 5s --within 4s -- \(directory.path)/command
        status=$?
        pgrep -x -a -f 'sleep 98[123]'
        exit $status
        """)
      let outcome = try await netns.run(
        "timeout", "-s", "KILL", "600", "script", "-qec", "\(directory.path)/job", "/dev/null")
      #expect(outcome.status == 75, "\(outcome)")
      #expect(!outcome.stdout.contains("sleep 983"), "\(outcome)")
      #expect(outcome.stdout.contains("sleep 981"), "\(outcome)")
      // A service has its own session.
      #expect(outcome.stdout.contains("sleep 982") == command.contains("982"), "\(outcome)")
      _ = try await Guest.run(["pkill", "-x", "-f", "sleep 982"])
      try await netns.expectEnd("900 120 300")
    }

    @Test func isNotStoppedWithItsJobIfItsTimeIsLimited() async throws {
      let script = #"""
        { echo "$0 try --udp 5s --within 4s -- sh -c 'read x' &"
          until ipvsadm -L --timeout | grep -q ' 5$'; do sleep 0.05; done
          until ipvsadm -L --timeout | grep -q ' 300$'; do sleep 0.05; done
          echo exit; } | script -qec "bash --norc --noprofile -i" /dev/null
        """#
      let outcome = try await netns.run("timeout", "-s", "KILL", "600", "sh", "-c", script, Guest.program)
      #expect(outcome.stdout.contains(TrialTerminalTests.restored), "\(outcome)")
      try await netns.expectEnd("900 120 300")
    }

    @Test func endsACommandWithItsProcesses() async throws {
      try directory.script("command", "trap '' TERM; sleep 984 & sleep 984")
      let outcome = try await terminal("try --udp 5s --within 4s -- \(directory.path)/command", typing: ":")
      #expect(outcome.status == 75, "\(outcome)")
      expect(try await Guest.run(["pgrep", "-f", "sleep 984"]).status, equals: 1)
      try await netns.expectEnd("900 120 300")
    }

    /// Runs the program on a terminal.
    ///
    /// When the timeouts are set, text is typed again and again.
    private func terminal(_ words: String, typing keys: String) async throws -> Outcome {
      let script = #"""
        {
          until ipvsadm -L --timeout | grep -q ' 5$'; do sleep 0.05; done
          while [ ! -e "$2/end" ]; do eval "$3"; sleep 0.3; done
        } | { script -qec "exec $0 $1" /dev/null; status=$?; : >"$2/end"; exit $status; }
        """#
      return try await netns.run(
        "timeout", "-s", "KILL", "600", "sh", "-c", script, Guest.program, words, directory.path, keys)
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

extension RealKernel {
  /// Signals during `ipvs-timeout try` and `with`, at each moment that matters.
  ///
  /// A script in place of ipvsadm sends the signal to its caller and then runs ipvsadm, so the moment is exact.
  @Suite struct TrialSignalTests {
    private let netns = Namespace.current
    private let directory = ScratchDirectory.current

    /// The runs of ipvsadm: the timeouts are read, read again, set and read back.
    ///
    /// The command runs. Then the timeouts are read, restored and read back.
    static let moments = Array(1...7)
    static let signals = [SIGINT, SIGTERM, SIGHUP]
    /// The other signals that end a process: those without a crash, and the first and last real-time signals.
    static let otherSignals = [SIGSTKFLT, SIGABRT, SIGUSR1, SIGPWR, SIGXCPU, 34, 50, 64]

    @Test(arguments: signals, moments) func restoresAndEndsByIt(_ signal: Int32, _ moment: Int) async throws {
      let outcome = try await run("with", signal, at: moment)
      #expect(outcome.status == -signal && outcome.stderr.isEmpty, "\(outcome)")
      #expect(directory.text("ran") == (moment > 4 ? "ran\n" : ""))
      // The first signal comes before anything is set, so nothing is.
      #expect(directory.text("calls").split(separator: "\n").count == (moment == 1 ? 1 : 7))
      try await netns.expectEnd("900 120 300")
    }

    @Test(arguments: otherSignals, [3, 5]) func restoresByOthers(_ signal: Int32, _ moment: Int) async throws {
      let outcome = try await run("with", signal, at: moment)
      #expect(outcome.status == -signal && outcome.stderr.isEmpty, "\(outcome)")
      try await netns.expectEnd("900 120 300")
    }

    @Test(arguments: [2, 3, 4]) func keepsNothingThatWasInterrupted(_ moment: Int) async throws {
      let outcome = try await run("try", SIGTERM, at: moment)
      #expect(outcome.status == -SIGTERM && outcome.stderr.isEmpty, "\(outcome)")
      #expect(directory.text("ran").isEmpty)
      try await netns.expectEnd("900 120 300")
    }

    @Test(arguments: moments) func outlivesSIGPIPE(_ moment: Int) async throws {
      let outcome = try await run("with", SIGPIPE, at: moment)
      expect(outcome, equals: Outcome(0, "Timeout (tcp tcpfin udp): 900 120 300 (put back; tried 60 30 60)\n"))
      try await netns.expectEnd("900 120 300")
    }

    @Test(arguments: moments) func leavesARecordWhenKilled(_ moment: Int) async throws {
      let outcome = try await run("with", SIGKILL, at: moment)
      #expect(outcome.status == -SIGKILL)
      // The run of ipvsadm continues without its caller.
      #expect(try await eventually { directory.text("calls").split(separator: "\n").count == moment })
      let left = [3, 4, 5].contains(moment) ? "60 30 60" : "900 120 300"
      #expect(try await eventually { try await netns.timeouts() == left })
      let next = try await netns.program("show")
      #expect(next.stderr.contains("did not restore the timeouts") == (moment > 1), "\(next)")
      let last = try await netns.program("rollback")
      #expect(last.status == 0 && last.stderr.isEmpty, "\(last)")
      try await netns.expectEnd("900 120 300")
      #expect(try await netns.program("show").stderr.isEmpty)
    }

    /// The netlink requests: family, get; family, get, set, get; and after the command family, get, set, get.
    @Test(arguments: 1...10) func restoresByNetlink(_ request: Int) async throws {
      let outcome = try await netns.run(
        ["strace", "-f", "-o", "/dev/null", "-e", "trace=sendto", "-e", "inject=sendto:signal=TERM:when=\(request)"]
          + [Guest.program, "with", "60", "30", "60", "--", "true"])
      #expect(outcome.status == -SIGTERM && outcome.stderr.isEmpty, "\(request): \(outcome)")
      try await netns.expectEnd("900 120 300")
    }

    @Test(arguments: signals) func passesItOnToTheCommand(_ signal: Int32) async throws {
      let script = """
        trap 'echo asked >>\(directory.path)/ran; exit 0' \(signal)
        exec 2>/dev/null
        kill -s \(signal) $PPID
        while :; do sleep 0.05; done
        """
      let outcome = try await netns.program("try", "60", "30", "60", "--", "sh", "-c", script)
      #expect(outcome.status == -signal && outcome.stderr.isEmpty, "\(outcome)")
      #expect(directory.text("ran") == "asked\n")
      try await netns.expectEnd("900 120 300")
    }

    @Test func killsACommandThatIgnoresSignals() async throws {
      let script = "trap '' TERM; kill -s TERM $PPID; sleep 986 & while :; do sleep 0.05; done"
      let outcome = try await netns.run([Guest.program, "try", "60", "30", "60", "--", "sh", "-c", script])
      #expect(outcome.status == -SIGTERM && outcome.stderr.isEmpty, "\(outcome)")
      expect(try await Guest.run(["pgrep", "-f", "sleep 986"]).status, equals: 1)
      try await netns.expectEnd("900 120 300")
    }

    @Test func ignoresTheSignalsThatItsCallerIgnores() async throws {
      let script = #"trap '' HUP; exec "$0" try 60 30 60 -- sh -c 'kill -s HUP $PPID; kill -s HUP $$; exit 0'"#
      let outcome = try await netns.run(["sh", "-c", script, Guest.program])
      expect(outcome, equals: Outcome(0, "Timeout (tcp tcpfin udp): 60 30 60 (kept; was 900 120 300)\n"))
    }

    @Test func restoresIfTheReaderHasGone() async throws {
      let script = #"("$0" with 60 30 60 -- sh -c 'sleep 0.3; echo; echo'; echo $? >&2) | true"#
      let outcome = try await netns.run(["sh", "-c", script, Guest.program])
      // The command has its caller's action for SIGPIPE, and ends by it.
      #expect(outcome.stderr == "141\n", "\(outcome)")
      try await netns.expectEnd("900 120 300")
    }

    /// Runs the program with an ipvsadm that sends it a signal in its nth run.
    private func run(_ command: String, _ signal: Int32, at moment: Int) async throws -> Outcome {
      let path = try directory.script(
        "ipvsadm",
        """
        echo "$1" >>\(directory.path)/calls
        [ $(wc -l <\(directory.path)/calls) != \(moment) ] || { kill -s \(signal) $PPID; sleep 0.1; }
        exec \(Guest.ipvsadm) "$@"
        """)
      return try await netns.run(
        [Guest.program, command, "60", "30", "60", "--backend", "ipvsadm", "--ipvsadm", path, "--"]
          + ["sh", "-c", "echo ran >>\(directory.path)/ran"])
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

extension RealKernel {
  /// Trials and changes with few resources, and many processes that wait.
  @Suite struct HardeningTrialLimitTests {
    private let netns = Namespace.current
    private let directory = ScratchDirectory.current

    /// Runs the words after the number in a control group with at most this number of processes.
    private static let inGroup = #"""
      root=$0; count=$1; shift
      mkdir -p "$root"; mount -t cgroup2 none "$root"; echo +pids >"$root/cgroup.subtree_control"
      mkdir "$root/few"; echo "$count" >"$root/few/pids.max"
      sh -c 'echo $$ >"$0/few/cgroup.procs"; exec "$@"' "$root" "$@"; status=$?
      until rmdir "$root/few" 2>/dev/null; do sleep 0.1; done
      umount "$root"; exit $status
      """#

    /// A thread that has just ended counts for a moment longer, so the smallest number that suffices, 3, is left out.
    @Test(arguments: [1, 2, 4, 8, 12], [[], ["--backend", "ipvsadm"]])
    func doesNotBeginWithTooFewProcesses(_ count: Int, _ backend: [String]) async throws {
      let outcome = try await netns.run(
        [
          "timeout", "60", "sh", "-c", Self.inGroup, "\(directory.path)/group", "\(count)", Guest.program, "with",
          "--udp", "5",
        ]
          + backend + ["--", "true"])
      if count >= (backend.isEmpty ? 4 : 12) {
        expect(outcome, equals: Outcome(0, "Timeout (tcp tcpfin udp): 900 120 300 (put back; tried 900 120 5)\n"))
      } else {
        expect(
          outcome,
          equals: Outcome(
            71, "",
            "ipvs-timeout: nothing was set, because no process can be started (Resource temporarily unavailable, errno"
              + " 11); raise the limit (`ulimit -u`, TasksMax= of the unit, pids.max of the control group), then try"
              + " again\n"))
      }
      try await netns.expectTimeoutsAndNoRecord("900 120 300")
    }

    @Test(arguments: 3...24) func doesNotBeginWithTooFewFiles(_ count: Int) async throws {
      let outcome = try await netns.run(
        "prlimit", "--nofile=\(count)", Guest.program, "with", "--udp", "5", "--", "true")
      if count < 19 {
        #expect(outcome.status == 71 && outcome.isOneSentence, "\(outcome)")
        #expect(
          outcome.stderr.contains(
            "nothing was set, because too few files can be opened (Too many open files, errno 24);"),
          "\(outcome)")
      } else {
        expect(outcome, equals: Outcome(0, "Timeout (tcp tcpfin udp): 900 120 300 (put back; tried 900 120 5)\n"))
      }
      try await netns.expectTimeoutsAndNoRecord("900 120 300")
    }

    @Test(arguments: [
      ("--nofile=48", ["--backend", "ipvsadm"], "too few files can be opened (Too many open files, errno 24);"),
      ("--as=30000000", [], "there is too little memory (Cannot allocate memory, errno 12);"),
      ("--fsize=0", [], "a file may have at most 0 bytes, and the record of a trial may need 1048576;"),
    ])
    func doesNotBeginWithALowLimit(_ limit: String, _ backend: [String], _ reason: String) async throws {
      let outcome = try await netns.run(
        ["prlimit", limit, Guest.program, "try", "--udp", "5"] + backend + ["--", "true"])
      #expect(outcome.status == 71 && outcome.isOneSentence, "\(outcome)")
      #expect(outcome.stderr.contains("nothing was set, because \(reason)"), "\(outcome)")
      try await netns.expectTimeoutsAndNoRecord("900 120 300")
    }

    @Test func reportsAChangeWhoseResultDoesNotFit() async throws {
      let result = "\(directory.path)/result"
      for words in ["set 60 30 60", "set 61 30 60 --netns host"] {
        let outcome = try await netns.run(
          "sh", "-c", "exec prlimit --fsize=0 \"$0\" \(words) >\"$1\"", Guest.program, result)
        #expect(outcome.status == 71 && outcome.isErrorOneSentence, "\(outcome)")
        #expect(outcome.stderr.contains("standard output (File too large, errno 27); "), "\(outcome)")
      }
      expect(try await netns.timeouts(), equals: "61 30 60")
    }

    @Test func reportsAMissingDevice() async throws {
      let script = "mount -t tmpfs none /dev && exec \"$0\" show --backend ipvsadm"
      let outcome = try await netns.run("unshare", "--mount", "sh", "-c", script, Guest.program)
      #expect(outcome.status == 71, "\(outcome)")
      #expect(
        outcome.stderr.contains(
          "/dev/null cannot be opened; create it with `mknod -m 666 /dev/null c 1 3`, then try again"),
        "\(outcome)")
    }

    @Test func refusesVeryManyArguments() async throws {
      for command in ["set", "with", "check-policy", "--netns"] {
        let outcome = try await netns.run(
          "timeout", "60", "sh", "-c", "exec \"$0\" \(command) $(seq 100000)", Guest.program)
        #expect(outcome.status == 64 && outcome.isOneSentence, "\(outcome)")
        #expect(outcome.stderr.contains("has 100001 words, and at most 4096 are accepted; "), "\(outcome)")
      }
      // Another program's command may have more.
      let outcome = try await netns.run(
        "sh", "-c", "exec \"$0\" with --udp 5 --quiet -- true $(seq 10000)", Guest.program)
      expect(outcome, equals: Outcome())
    }

    /// A waiter costs the holder of the lock little: it tries 4 times a second, and looks for the holder once a second.
    @Test func waitsWithoutMuchWork() async throws {
      let (trace, go) = ("\(directory.path)/trace", "\(directory.path)/go")
      async let holder = netns.program(
        "with", "--udp", "5", "--quiet", "--", "sh", "-c", "until [ -e \(go) ]; do sleep 1; done")
      #expect(try await eventually { try await netns.timeouts() == "900 120 5" })
      let waiter = try await netns.run(
        "strace", "-f", "-o", trace, "-e", "trace=flock,openat", Guest.program, "set", "--udp", "7")
      #expect(waiter.status == 75, "\(waiter)")
      try directory.write("go", "")
      expect(try await holder.status, equals: 0)
      let searches = try await Guest.output(["grep", "-c", "/proc/locks", trace])
      let attempts = try await Guest.output(["grep", "-c", "flock(", trace])
      // At the beginning, once a second, at the end, and for the sentence.
      #expect(2...14 ~= Int(searches.dropLast()) ?? 0, "\(searches)")
      #expect(2...95 ~= Int(attempts.dropLast()) ?? 0, "\(attempts)")
      try await netns.expectEnd("900 120 300")
    }
  }
}

extension Namespace {
  /// Expects these timeouts, and no record.
  fileprivate func expectTimeoutsAndNoRecord(
    _ timeouts: String, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    expect(try await self.timeouts(), equals: timeouts, sourceLocation: sourceLocation)
    expect(access("/run/ipvs-timeout/trials", F_OK), equals: -1, sourceLocation: sourceLocation)
  }
}

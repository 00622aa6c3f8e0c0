// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

extension RealKernel {
  /// Files that others name.
  ///
  /// A FIFO is the stand-in for a device: opening it must not happen, and strace shows it.
  @Suite(.clearingUp) struct HardeningFilesTests {
    private let netns = Namespace.current
    private let directory = ScratchDirectory.current

    /// Runs a copy of the shell by the name keepalived, as this user, with a configuration.
    private func withKeepalived(
      user: Int, _ configuration: String, _ work: @Sendable () async throws -> Void
    ) async throws {
      let program = "\(directory.path)/keepalived"
      try await Guest.output(["cp", "/bin/bash", program])
      let words = ["setpriv", "--reuid=\(user)", "--clear-groups", program, "-c", "while :; do sleep 1; done"]
      try await withProcess(
        netns.entering + words + ["keepalived", "-f", configuration], becoming: program, { _ in try await work() })
    }

    /// Runs the program, and returns the system calls that open a file of this name, other than as a reference only.
    private func opens(of name: String, _ arguments: String...) async throws -> (calls: [Substring], outcome: Outcome) {
      let trace = "\(directory.path)/trace"
      let outcome = try await netns.run(
        ["strace", "-f", "-e", "trace=open,openat,openat2", "-o", trace, Guest.program] + arguments)
      let lines = try await Guest.output(["cat", trace]).split(separator: "\n")
      #expect(lines.contains { $0.contains("/proc") }, "\(lines)")
      return (lines.filter { $0.contains(name) && !$0.contains("O_PATH") }, outcome)
    }

    @Test func ofAPolicyAreNotOpenedUnlessRegular() async throws {
      let fifo = "\(directory.path)/watched"
      #expect(mkfifo(fifo, 0o600) == 0)
      let (calls, outcome) = try await opens(of: "watched", "check-policy", fifo)
      #expect(calls.isEmpty, "\(calls)")
      #expect(outcome.status == 78 && outcome.stderr.contains("a file of the kernel; name a text file"), "\(outcome)")
    }

    @Test func ofAProcessThatIsNotRootsAreNotLookedAt() async throws {
      let fifo = try directory.write(
        "watched; reboot", "global_defs { lvs_timeouts tcp 7 }\nvirtual_server 192.0.2.1 80 {\n}\n")
      try await withKeepalived(user: 65534, fifo) {
        let (calls, outcome) = try await opens(of: "watched", "doctor", "--all")
        #expect(calls.isEmpty, "\(calls)")
        #expect(outcome.status == 0, "\(outcome)")
        #expect(!outcome.stdout.contains("watched") && !outcome.stdout.contains("tcp 7"), "\(outcome)")
        let findings = try await netns.doctor(about: "writers")
        #expect(findings.map(\.severity) == ["ok", "note"], "\(findings)")
        #expect(findings.last?.fact.hasSuffix(" is not root's, and was not looked at") == true, "\(findings)")
      }
    }

    @Test func ofRootsProcessAreNotOpenedUnlessRegular() async throws {
      let fifo = "\(directory.path)/watched"
      #expect(mkfifo(fifo, 0o600) == 0)
      let configuration = try directory.write("configuration", "include \(directory.path)/watch*\n")
      try await withKeepalived(user: 0, configuration) {
        let (calls, outcome) = try await opens(of: "watched", "doctor")
        #expect(calls.isEmpty, "\(calls)")
        #expect(outcome.status == 0, "\(outcome)")
      }
    }

    /// 2^26 patterns, and three thousand that read many directories.
    @Test func haveLimitedPatterns() async throws {
      for text in [
        "include /tmp/\(String(repeating: "{a,b}", count: 26))\n",
        String(repeating: "include /usr/*/*/*/*x\n", count: 3000),
      ] {
        let configuration = try directory.write("configuration", text)
        try await withKeepalived(user: 0, configuration) {
          let outcome = try await netns.program("doctor", "--format", "json")
          // Whether the time is over before the patterns are too many depends on the machine.
          #expect(outcome.status == 0 || outcome.status == 75, "\(outcome)")
          let writers = try DoctorFinding.all(in: outcome.stdout).joined().filter { $0.check == "writers" }
          #expect(writers.map(\.severity) == ["note"], "\(outcome)")
          #expect(writers.first?.fact.contains("cannot find out what it writes") == true, "\(outcome)")
        }
      }
    }
  }
}

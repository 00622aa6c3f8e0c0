// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// `apply --settle` also applies the policy to namespaces that appear.
  @Suite(.clearingUp) struct SettleTests {
    private let netns = Namespace.current
    private let directory = ScratchDirectory.current

    private static let line = "Timeout (tcp tcpfin udp): 900 120 60 (was 900 120 300)\n"

    @Test func appliesThePolicyToNewNamespaces() async throws {
      _ = try await Neighbours.add("red")
      let outcome = try await settled(pausing: 2) { pause in
        if pause == 0 {
          _ = try await Neighbours.add("blue")
        } else {
          expect(try await Namespace(name: "blue").timeouts(), equals: "900 120 60")
          // Another name for the same namespace.
          try await Neighbours.bindForDocker(Namespace(name: "blue"), as: "blue")
          // No line matches this one.
          _ = try await Neighbours.add("green")
        }
      }
      expect(outcome, equals: Outcome(0, "red: \(SettleTests.line)blue: \(SettleTests.line)"))
      expect(try await Namespace(name: "green").timeouts(), equals: "900 120 300")
    }

    @Test func waitsForAFileToBecomeANamespace() async throws {
      let path = "\(Neighbours.docker)/blue"
      try await Guest.output(["sh", "-c", "mkdir -p \(Neighbours.docker) && touch \(path)"])
      let outcome = try await settled(pausing: 2) { pause in
        guard pause == 1 else { return }
        try await Guest.output(["unshare", "-n", "mount", "--bind", "/proc/self/ns/net", path])
      }
      expect(outcome, equals: Outcome(0, "blue: \(SettleTests.line)", unmatched))
      expect(try await Neighbours.timeouts(at: path), equals: "900 120 60")
    }

    @Test func reportsAtTheEndALineAboutAFileThatBecameNoNamespace() async throws {
      try await Guest.output(["touch", "/run/netns/blue"])
      _ = try await Neighbours.add("red")
      let duration = try await ContinuousClock().measure {
        expect(
          try await netns.run(["timeout", "-s", "KILL", "600"] + command("1s")),
          equals: Outcome(
            0, "red: \(SettleTests.line)",
            "ipvs-timeout: \(directory.path)/policy:2: no network namespace matches \"blue\": /run/netns/blue is another"
              + " file\n"))
      }
      #expect(duration > .seconds(1))
      // It would continue for at most one more minute, and here it has no reason to.
      #expect(duration < .seconds(60))
    }

    @Test func appliesThePolicyToANamespaceThatTookTheNameOfAnother() async throws {
      _ = try await Neighbours.add("blue")
      let outcome = try await settled(pausing: 2) { pause in
        if pause == 0 {
          expect(try await Namespace(name: "blue").timeouts(), equals: "900 120 60")
          try await Guest.output(["ip", "netns", "delete", "blue"])
        } else {
          // The kernel reuses the inode of the old one.
          _ = try await Neighbours.add("blue")
        }
      }
      expect(outcome, equals: Outcome(0, "blue: \(SettleTests.line)blue: \(SettleTests.line)", unmatched))
      expect(try await Namespace(name: "blue").timeouts(), equals: "900 120 60")
    }

    /// The report that no namespace red appeared.
    private var unmatched: String {
      "ipvs-timeout: \(directory.path)/policy:1: no network namespace matches \"red\"\n"
    }

    /// Applies a policy for two namespaces that may still appear.
    ///
    /// The run stops in its first pauses between two readings.
    private func settled(pausing count: Int, _ work: (Int) async throws -> Void) async throws -> Outcome {
      try await netns.run(try command("2s"), stoppingAt: "clock_nanosleep", 1, times: count, for: work)
    }

    private func command(_ time: String) throws -> [String] {
      [Guest.program, "apply", try directory.write("policy", "red - - 60\nblue - - 60\n"), "--settle", time]
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// `apply --settle`: namespaces that appear are put right, too.
  @Suite(.clearingUp) struct SettleTests {
    private let netns = Namespace.current
    private let directory = ScratchDirectory.current

    private static let line = "Timeout (tcp tcpfin udp): 900 120 60 (was 900 120 300)\n"

    @Test func putsNewNamespacesRight() async throws {
      _ = try await Neighbours.add("red")
      async let outcome = settled()
      try await Task.sleep(for: .milliseconds(300))
      let blue = try await Neighbours.add("blue")[0]
      #expect(try await eventually { try await blue.timeouts() == "900 120 60" })
      // By another name it is the same.
      try await Neighbours.bindForDocker(blue, as: "blue")
      // Nobody names this one.
      _ = try await Neighbours.add("green")
      expect(try await outcome, equals: Outcome(0, "red: \(SettleTests.line)blue: \(SettleTests.line)"))
      expect(try await Namespace(name: "green").timeouts(), equals: "900 120 300")
    }

    @Test func waitsForAFileToBecomeANamespace() async throws {
      async let outcome = settled()
      try await Guest.output(["sh", "-c", "mkdir -p \(Neighbours.docker) && touch \(Neighbours.docker)/blue"])
      try await Task.sleep(for: .seconds(1))
      let path = "\(Neighbours.docker)/blue"
      try await Guest.output(["unshare", "-n", "mount", "--bind", "/proc/self/ns/net", path])
      #expect(try await eventually { try await Neighbours.timeouts(at: path) == "900 120 60" })
      expect(try await outcome, equals: Outcome(0, "blue: \(SettleTests.line)"))
    }

    @Test func tellsAtTheEndOfAFileThatBecameNone() async throws {
      try await Guest.output(["touch", "/run/netns/blue"])
      _ = try await Neighbours.add("red")
      let duration = try await ContinuousClock().measure {
        expect(
          try await settled("1s"),
          equals: Outcome(
            71, "red: \(SettleTests.line)",
            "ipvs-timeout: cannot open IPVS in the network namespace /run/netns/blue: it is no network namespace but"
              + " another file (Invalid argument, errno 22); if one has left it behind, delete it (`ip netns delete`)\n"
          ))
      }
      #expect(duration > .seconds(1))
      #expect(duration < .seconds(4))
    }

    @Test func putsOneRightThatTookTheNameOfAnother() async throws {
      let old = try await Neighbours.add("blue")[0]
      async let outcome = settled()
      #expect(try await eventually { try await old.timeouts() == "900 120 60" })
      try await Guest.output(["ip", "netns", "delete", "blue"])
      try await Task.sleep(for: .milliseconds(500))
      // The kernel gives it the number of the old one.
      let new = try await Neighbours.add("blue")[0]
      let isPutRight = try await eventually { try await new.timeouts() == "900 120 60" }
      #expect(isPutRight)
      expect(try await outcome, equals: Outcome(0, "blue: \(SettleTests.line)blue: \(SettleTests.line)"))
    }

    /// Applies a policy for two namespaces that may come yet.
    private func settled(_ time: String = "2s") async throws -> Outcome {
      let policy = try directory.write("policy", "red - - 60\nblue - - 60\n")
      return try await netns.run("timeout", "-s", "KILL", "20", Guest.program, "apply", policy, "--settle", time)
    }
  }
}

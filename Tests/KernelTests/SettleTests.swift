// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// `apply --settle`: namespaces that appear are put right, too.
  @Suite(.clearingUp) struct SettleTests {
    private let netns = Namespace.current
    private let directory = ScratchDirectory.current

    private static let line = "Timeout (tcp tcpfin udp): 900 120 60 (was 900 120 300)\n"

    @Test func putsNewNamespacesRight() async throws {
      let outcome = try await settled { settling in
        _ = try await Neighbours.add("red")
        try await settling.begins()
        let blue = try await Neighbours.add("blue")[0]
        try await settling.makes { try await blue.timeouts() == "900 120 60" }
        // By another name it is the same.
        try await Neighbours.bindForDocker(blue, as: "blue")
        // Nobody names this one.
        _ = try await Neighbours.add("green")
      }
      expect(outcome, equals: Outcome(0, "red: \(SettleTests.line)blue: \(SettleTests.line)"))
      expect(try await Namespace(name: "green").timeouts(), equals: "900 120 300")
    }

    @Test func waitsForAFileToBecomeANamespace() async throws {
      let path = "\(Neighbours.docker)/blue"
      let outcome = try await settled { settling in
        try await Guest.output(["sh", "-c", "mkdir -p \(Neighbours.docker) && touch \(path)"])
        try await settling.begins()
        try await settling.looks()
        try await Guest.output(["unshare", "-n", "mount", "--bind", "/proc/self/ns/net", path])
        try await settling.makes { try await Neighbours.timeouts(at: path) == "900 120 60" }
      }
      expect(outcome, equals: Outcome(0, "blue: \(SettleTests.line)"))
    }

    @Test func tellsAtTheEndOfAFileThatBecameNone() async throws {
      try await Guest.output(["touch", "/run/netns/blue"])
      _ = try await Neighbours.add("red")
      let duration = try await ContinuousClock().measure {
        expect(
          try await run("1s"),
          equals: Outcome(
            71, "red: \(SettleTests.line)",
            "ipvs-timeout: cannot open IPVS in the network namespace /run/netns/blue: it is no network namespace but"
              + " another file (Invalid argument, errno 22); if one has left it behind, delete it (`ip netns delete`)\n"
          ))
      }
      #expect(duration > .seconds(1))
      // It goes on for no longer than a minute more, and here has no reason to.
      #expect(duration < .seconds(60))
    }

    @Test func putsOneRightThatTookTheNameOfAnother() async throws {
      let outcome = try await settled { settling in
        let old = try await Neighbours.add("blue")[0]
        try await settling.begins()
        try await settling.makes { try await old.timeouts() == "900 120 60" }
        try await Guest.output(["ip", "netns", "delete", "blue"])
        try await settling.looks()
        // The kernel gives it the number of the old one.
        let new = try await Neighbours.add("blue")[0]
        try await settling.makes { try await new.timeouts() == "900 120 60" }
      }
      expect(outcome, equals: Outcome(0, "blue: \(SettleTests.line)blue: \(SettleTests.line)"))
    }

    /// Does something while a policy is applied, for two seconds after what has come; on a machine on which that is too
    /// short for it, again and for longer.
    private func settled(_ work: (Settling) async throws -> Void) async throws -> Outcome {
      for time in ["2s", "10s", "60s"] {
        try await ClearingUp.clearUp()
        let settling = Settling(looks: "\(directory.path)/looks-\(time)")
        async let outcome = settling.run { try await run(time, tracedTo: settling.path) }
        do {
          try await work(settling)
          return try await outcome
        } catch is Settling.Ended {
          _ = try await outcome
        }
      }
      throw Settling.Ended()
    }

    /// Applies a policy for two namespaces that may come yet.
    private func run(_ time: String, tracedTo path: String? = nil) async throws -> Outcome {
      let policy = try directory.write("policy", "red - - 60\nblue - - 60\n")
      let strace = path.map { ["strace", "-o", $0, "-e", "trace=openat,open"] } ?? []
      let command = strace + [Guest.program, "apply", policy, "--settle", time]
      return try await netns.run(["timeout", "-s", "KILL", "600"] + command)
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// Timeouts that change while connections are read: no connection is reported as outdated by mistake.
  @Suite struct ConnectionChangeTests {
    private let netns = Namespace.current
    private let directory = ScratchDirectory.current

    @Test func areCountedAgain() async throws {
      try await SyncedConnection.add(in: netns, seconds: 900)
      let table = try await connections("", answers: "60 30 45", "900 120 300")
      #expect(table.status == 0 && table.stderr.isEmpty, "\(table)")
      #expect(table.stdout.hasSuffix("  tcp = 900 s\n"), "\(table)")
    }

    @Test func areListedWithAWarning() async throws {
      try await SyncedConnection.add(in: netns, seconds: 900)
      let list = try await connections("--outdated", answers: "60 30 45", "900 120 300")
      #expect(list.stdout.hasSuffix(" left, tcp = 60 s\n"), "\(list)")
      let sentence =
        "ipvs-timeout: the timeouts in this network namespace changed while its connections were listed, so the list may"
        + " be wrong; list them again\n"
      expect(Outcome(list.status, "", list.stderr), equals: Outcome(75, "", sentence))
    }

    @Test func areOutdatedAgainAfterWaiting() async throws {
      try await SyncedConnection.add(in: netns, seconds: 900)
      // Twice for the count that ends the wait.
      let table = try await connections("--wait --quiet", answers: "900 120 300", "900 120 300", "60 30 45")
      #expect(table.status == 75 && table.stdout.isEmpty, "\(table)")
      #expect(
        table.stderr.hasPrefix(
          "ipvs-timeout: no connection was outdated, but now 1 connection is on an old timer, for at most 13m"),
        "\(table)")
    }

    /// The outcome of a command that reads these timeouts, one after another, and from then on the last ones.
    private func connections(_ words: String, answers: String...) async throws -> Outcome {
      let file = try directory.write("answers", answers.map { "Timeout (tcp tcpfin udp): \($0)\n" }.joined())
      let ipvsadm = try directory.script(
        "ipvsadm", "head -n 1 \(file); [ $(wc -l <\(file)) -eq 1 ] || sed -i 1d \(file)")
      let arguments = ["connections", "--backend", "ipvsadm", "--ipvsadm", ipvsadm]
      return try await netns.run([Guest.program] + arguments + words.split(separator: " ").map(String.init))
    }
  }
}

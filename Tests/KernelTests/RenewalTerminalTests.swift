// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// The question before a renewal that ends more than a tenth of the connections.
  @Suite struct RenewalTerminalTests {
    private let netns = Namespace.current
    private let directory = ScratchDirectory.current

    /// Nine connections were silent for 10 s, and these many for 800 s.
    private func fill(silent count: Int) async throws {
      let rows = (1...UInt16(9)).map { RenewalTable.Row(port: $0, seconds: 890) }
      let silent = (0..<UInt16(count)).map { RenewalTable.Row(port: 100 + $0, seconds: 100) }
      try await RenewalTable.fill(rows + silent, in: netns)
    }

    private static let question = "Renew them? Without a yes within 60s nothing is changed: "
    private static let sentence =
      "ipvs-timeout: 11 of 11 connections will get the new timeout now;"
      + " 2 of them were silent for longer than that, and end unless a packet arrives\r\n"
    private static let words = [
      ("set --tcp 60 --renew", "900 120 300"), ("with --tcp 60 --renew -- true", "900 120 300"),
      ("try --tcp 60 --renew -- true", "900 120 300"), ("apply policy --renew", "900 120 300"),
      // Without the previous timeouts, the longest timer of the state counts.
      ("renew", "60 120 300"),
    ]

    @Test(arguments: words, [("yes", 0), ("Y", 0), ("no", 1), ("n", 1)] as [(String, Int32)])
    func asks(_ command: (words: String, timeouts: String), _ answer: (text: String, status: Int32)) async throws {
      try await prepare(command)
      let outcome = try await terminal(command.words, typing: "echo \(answer.text)")
      #expect(outcome.status == answer.status, "\(outcome)")
      #expect(outcome.stdout.contains(RenewalTerminalTests.sentence), "\(outcome)")
      #expect(outcome.stdout.contains(RenewalTerminalTests.question), "\(outcome)")
      if answer.status == 0 {
        #expect(outcome.stdout.contains("renewed 11 of 11 connections\r\n"), "\(outcome)")
        if !command.words.hasPrefix("with") { #expect(try await netns.timers().values.allSatisfy { $0 <= 60 }) }
      } else {
        #expect(outcome.stdout.hasSuffix("nothing was changed, because the answer was no\r\n"), "\(outcome)")
        try await expectUnchanged(command.timeouts)
      }
      try await netns.expectNoDaemon()
    }

    @Test(arguments: [("printf '\\003'", 130), ("printf '\\004'; sleep 1", 75)] as [(String, Int32)])
    func changesNothingWithoutAnAnswer(_ keys: String, _ status: Int32) async throws {
      let command = RenewalTerminalTests.words[0]
      try await prepare(command)
      let outcome = try await terminal(command.0, typing: keys)
      #expect(outcome.status == status, "\(outcome)")
      try await expectUnchanged(command.1)
    }

    @Test(arguments: words)
    func refusesWithoutATerminal(_ command: (words: String, timeouts: String)) async throws {
      try await prepare(command)
      let words = try arguments(command.words)
      let outcome = try await netns.run(["setsid", "-w", Guest.program] + words)
      #expect(outcome.status == 64 && outcome.stdout.isEmpty, "\(outcome)")
      #expect(
        outcome.stderr.contains(
          "nothing was changed, because 2 of 11 connections were silent for longer than the new timeout, and would end;"
            + " add --yes to renew them without a question\n"), "\(outcome)")
      try await expectUnchanged(command.timeouts)
      let separator = words.firstIndex(of: "--") ?? words.endIndex
      let confirmed = Array(words[..<separator]) + ["--yes"] + Array(words[separator...])
      let second = try await netns.run(["setsid", "-w", Guest.program] + confirmed)
      #expect(second.status == 0 && second.stderr.isEmpty, "\(second)")
      #expect(second.stdout.contains("renewed 11 of 11 connections\n"), "\(second)")
    }

    /// A tenth may end without a question.
    @Test func doesNotAskForATenth() async throws {
      try await fill(silent: 1)
      let outcome = try await netns.run("setsid", "-w", Guest.program, "set", "--tcp", "60", "--renew")
      #expect(outcome.status == 0 && outcome.stdout.hasSuffix("\nrenewed 10 of 10 connections\n"), "\(outcome)")
      expect(
        outcome.stderr,
        equals: "ipvs-timeout: 10 of 10 connections will get the new timeout now;"
          + " 1 of them was silent for longer than that, and ends unless a packet arrives\n")
    }

    private func prepare(_ command: (words: String, timeouts: String)) async throws {
      try directory.write("policy", "host 60 - -\n")
      if command.timeouts == "60 120 300" { try await netns.set(60, 120, 300) }
      try await fill(silent: 2)
    }

    private func arguments(_ words: String) throws -> [String] {
      words.split(separator: " ").map { $0 == "policy" ? "\(directory.path)/policy" : String($0) }
    }

    private func expectUnchanged(_ timeouts: String) async throws {
      expect(try await netns.timeouts(), equals: timeouts)
      let timers = try await netns.timers()
      #expect(timers.count == 11 && timers.allSatisfy { $0.value > ($0.key > 99 ? 0 : 60) }, "\(timers)")
      try await netns.expectNoDaemon()
    }

    /// Runs the program on a terminal.
    ///
    /// When it asks, text is typed again and again.
    private func terminal(_ words: String, typing keys: String) async throws -> Outcome {
      let script = #"""
        {
          until grep -q 'Renew them' "$2/output"; do sleep 0.05; done
          while [ ! -e "$2/end" ]; do eval "$3"; sleep 0.3; done
        } | { script -qec "exec $0 $1" /dev/null >"$2/output"; status=$?; : >"$2/end"; cat "$2/output"; exit $status; }
        """#
      try directory.write("output", "")
      return try await netns.run(
        "timeout", "-s", "KILL", "600", "sh", "-c", script, Guest.program,
        try arguments(words).joined(separator: " "), directory.path, keys)
    }
  }
}

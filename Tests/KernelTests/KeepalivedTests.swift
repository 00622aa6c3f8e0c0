// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// The effect of the real keepalived on the timeouts, and the program's report of it.
  @Suite struct KeepalivedTests {
    private let netns = Namespace.current

    @Test func setsThemAtItsStartAndRestoresThemAtItsEnd() async throws {
      try await netns.set(60, 30, 61)
      try await during("tcp 600 tcpfin 50 udp 40") { _ in
        try await verify(
          "60", "30", "61", says: "tcp is 600 s, wanted 60 s", "tcpfin is 50 s, wanted 30 s",
          "udp is 40 s, wanted 61 s")
        expect(
          try await netns.program("verify", "600", "50", "40"),
          equals: Outcome(0, "Timeout (tcp tcpfin udp): 600 50 40 (as wanted)\n"))
      }
      expect(try await netns.timeouts(), equals: "60 30 61")
    }

    @Test func restoresThemAtItsEndWhoeverHasSetThemSince() async throws {
      try await during("tcp 600 tcpfin 50 udp 40") { _ in
        expect(
          try await netns.program("set", "11", "12", "13"),
          equals: Outcome(0, "Timeout (tcp tcpfin udp): 11 12 13 (was 600 50 40)\n"))
      }
      try await verify(
        "11", "12", "13", says: "tcp is 900 s, wanted 11 s", "tcpfin is 120 s, wanted 12 s",
        "udp is 300 s, wanted 13 s")
    }

    @Test func setsThemAgainAtEachReload() async throws {
      try await during("tcp 600 tcpfin 50 udp 40") { keepalived in
        expect(
          try await netns.program("set", "--udp", "5"),
          equals: Outcome(0, "Timeout (tcp tcpfin udp): 600 50 5 (was 600 50 40)\n"))
        try await keepalived.reload("tcp 600 tcpfin 50 udp 40")
        try await verify("600", "50", "5", says: "udp is 40 s, wanted 5 s")
        try await keepalived.reload("tcp 700 tcpfin 70 udp 71")
        expect(try await netns.timeouts(), equals: "700 70 71")
      }
      expect(try await netns.timeouts(), equals: "900 120 300")
    }

    @Test func setsAllThreeEvenIfItNamesOne() async throws {
      try await netns.set(60, 30, 61)
      try await during("udp 40") { keepalived in
        expect(try await netns.timeouts(), equals: "60 30 40")
        expect(
          try await netns.program("set", "--tcp", "5"),
          equals: Outcome(0, "Timeout (tcp tcpfin udp): 5 30 40 (was 60 30 40)\n"))
        try await keepalived.reload("udp 40")
        try await verify("--tcp", "5", says: "tcp is 60 s, wanted 5 s")
      }
    }

    @Test func restoresThemAtEachReloadAfterItsSettingWasRemoved() async throws {
      try await during("tcp 600") { keepalived in
        try await keepalived.reload(nil)
        expect(try await netns.timeouts(), equals: "900 120 300")
        expect(
          try await netns.program("set", "60", "30", "61"),
          equals: Outcome(0, "Timeout (tcp tcpfin udp): 60 30 61 (was 900 120 300)\n"))
        try await keepalived.reload(nil)
        try await verify(
          "60", "30", "61", says: "tcp is 900 s, wanted 60 s", "tcpfin is 120 s, wanted 30 s",
          "udp is 300 s, wanted 61 s")
      }
    }

    @Test func restoresTheValuesThatItFoundWhenTheSettingWasAdded() async throws {
      try await during(nil) { keepalived in
        try await netns.set(60, 30, 61)
        try await keepalived.reload("tcp 600")
        expect(try await netns.timeouts(), equals: "600 30 61")
      }
      expect(try await netns.timeouts(), equals: "60 30 61")
    }

    @Test func leavesThemAloneIfItNeverHadTheSetting() async throws {
      try await during(nil) { keepalived in
        try await netns.set(60, 30, 61)
        try await keepalived.reload(nil)
        expect(try await netns.timeouts(), equals: "60 30 61")
      }
      expect(try await netns.timeouts(), equals: "60 30 61")
    }

    @Test func restoresThemWhenItsParentIsKilled() async throws {
      try await during("tcp 600 tcpfin 50 udp 40") { keepalived in
        try keepalived.kill()
        #expect(try await eventually { try await netns.timeouts() == "900 120 300" })
      }
    }

    @Test func mistakesItsOwnValuesForTheOldOnesAfterItWasKilled() async throws {
      try await during("tcp 600 tcpfin 50 udp 40") { try await $0.killWithChild() }
      expect(try await netns.timeouts(), equals: "600 50 40")
      try await during("tcp 700 tcpfin 70 udp 71") { _ in
        expect(try await netns.timeouts(), equals: "700 70 71")
      }
      try await verify(
        "900", "120", "300", says: "tcp is 600 s, wanted 900 s", "tcpfin is 50 s, wanted 120 s",
        "udp is 40 s, wanted 300 s")
    }

    @Test func mistakesItsOwnValuesForTheOldOnesAfterItsChildWasKilled() async throws {
      try await during("tcp 600 tcpfin 50 udp 40") { keepalived in
        try await keepalived.replaceChild()
        try await keepalived.reload("tcp 700 tcpfin 70 udp 71")
        expect(try await netns.timeouts(), equals: "700 70 71")
      }
      expect(try await netns.timeouts(), equals: "600 50 40")
    }

    private func during(_ timeouts: String?, _ work: (Keepalived) async throws -> Void) async throws {
      try await Keepalived.during(timeouts, in: netns, ScratchDirectory.current, work)
    }

    /// Expects that the program finds timeouts that differ from these, and names each of them.
    private func verify(
      _ wanted: String..., says lines: String..., sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
      expect(
        try await netns.run([Guest.program, "verify"] + wanted),
        equals: Outcome(1, lines.map { "\($0)\n" }.joined()), sourceLocation: sourceLocation)
    }
  }
}

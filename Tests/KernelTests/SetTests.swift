// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// `ipvs-timeout set`: its report, and the kernel's values after it.
  @Suite struct SetTests {
    private let netns = Namespace.current

    @Test func setsThem() async throws {
      for (words, values) in [
        ("60 30 60", "60 30 60"), ("0 0 30", "900 120 30"), ("- 45 -", "900 45 300"), ("- - 1", "900 120 1"),
        ("--tcp 1m", "60 120 300"), ("--udp 5s --tcp 2d", "172800 120 5"), ("--tcpfin=1h30m", "900 5400 300"),
        ("1h1m1s 2m 31d", "3661 120 2678400"), ("2678400 2678399 1", "2678400 2678399 1"),
        ("--tcp - --udp 0 --tcpfin 9", "900 9 300"), ("default 7 default", "900 7 300"),
      ] {
        try await netns.set(900, 120, 300)
        expect(
          try await netns.run([Guest.program, "set"] + words.split(separator: " ").map(String.init)),
          equals: Outcome(0, "Timeout (tcp tcpfin udp): \(values) (was 900 120 300)\n"))
        expect(try await netns.timeouts(), equals: values, "\(words)")
      }
    }

    @Test func setsTheDefaults() async throws {
      try await netns.set(1, 2, 3)
      expect(
        try await netns.program("set", "--udp", "default"),
        equals: Outcome(0, "Timeout (tcp tcpfin udp): 1 2 300 (was 1 2 3)\n"))
      expect(
        try await netns.program("set", "default", "default", "default"),
        equals: Outcome(0, "Timeout (tcp tcpfin udp): 900 120 300 (was 1 2 300)\n"))
      expect(try await netns.timeouts(), equals: "900 120 300")
    }

    @Test func succeedsIfNothingChanges() async throws {
      let unchanged = Outcome(0, "Timeout (tcp tcpfin udp): 900 120 300 (unchanged)\n")
      expect(try await netns.program("set", "900", "120", "300"), equals: unchanged)
      expect(try await netns.program("set", "0", "0", "0"), equals: unchanged)
      expect(try await netns.program("set", "-", "-", "-"), equals: unchanged)
      expect(
        try await netns.program("set", "-", "-", "300", "--dry-run"),
        equals: Outcome(0, "Timeout (tcp tcpfin udp): 900 120 300 (would stay so)\n"))
    }

    @Test func reportsOldAndNewValuesAsJSON() async throws {
      let start = #"{"netns":"host","backend":"netlink","before":{"tcp":900,"tcpfin":120,"udp":300},"after":"#
      let change = #"{"tcp":60,"tcpfin":120,"udp":300},"changed":true,"dry_run":"#
      expect(
        try await netns.program("set", "--tcp", "60", "--dry-run", "--format", "json").anonymous,
        equals: Outcome(0, start + change + "true}\n"))
      expect(try await netns.timeouts(), equals: "900 120 300")
      expect(
        try await netns.program("set", "--tcp", "60", "--format", "json").anonymous,
        equals: Outcome(0, start + change + "false}\n"))
      expect(try await netns.timeouts(), equals: "60 120 300")
      let unchanged = try await netns.program("set", "--tcp", "60", "--format", "json")
      #expect(unchanged.stdout.contains(#","changed":false,"dry_run":false}"#))
    }

    @Test func isSilentWhenQuiet() async throws {
      expect(try await netns.program("set", "60", "30", "60", "--quiet"), equals: Outcome())
      expect(try await netns.timeouts(), equals: "60 30 60")
    }

    @Test func refusesAWrongTimeoutBeforeItChangesAnything() async throws {
      for words in [
        "60 30", "60 30 60 60", "60 30 2678401", "-1 30 60", "60 30 1.5", "60 30 0x10", "60 30 1e3", "60 30 60x",
        "60 30 4294967297", "60 30 18446744073709551617", "--udp -5", "--udp 32d", "--udp 1m1h", "--udp=",
        "--tcp 60 60 30 60", "60 30 60 --bogus", "60 30 60 --backend none", "60 30 60 --ipvsadm ipvsadm",
      ] {
        let outcome = try await netns.run([Guest.program, "set"] + words.split(separator: " ").map(String.init))
        #expect(outcome.status == 64 && outcome.isOneSentence, "\(words): \(outcome)")
      }
      let outcome = try await netns.program("set", "60", "", "60")
      #expect(outcome.status == 64 && outcome.isOneSentence, "\(outcome)")
      expect(try await netns.timeouts(), equals: "900 120 300")
    }
  }
}

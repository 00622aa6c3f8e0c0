// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// `ipvs-timeout verify`: its verdict on the kernel's values.
  @Suite struct VerifyTests {
    private let netns = Namespace.current

    @Test func findsThemAsWanted() async throws {
      try await netns.set(60, 30, 61)
      let asWanted = Outcome(0, "Timeout (tcp tcpfin udp): 60 30 61 (as wanted)\n")
      expect(try await netns.program("verify", "60", "30", "61"), equals: asWanted)
      expect(try await netns.program("verify", "--tcp", "1m"), equals: asWanted)
      expect(try await netns.program("verify", "-", "0", "61"), equals: asWanted)
      expect(try await netns.program("verify", "60", "30", "61", "--quiet"), equals: Outcome())
    }

    @Test func namesEachThatDiffers() async throws {
      expect(
        try await netns.program("verify", "60", "120", "30"),
        equals: Outcome(1, "tcp is 900 s, wanted 60 s\nudp is 300 s, wanted 30 s\n"))
      expect(try await netns.program("verify", "--udp", "30", "--quiet"), equals: Outcome(1))
      expect(try await netns.timeouts(), equals: "900 120 300")
    }

    @Test func printsJSON() async throws {
      expect(
        try await netns.program("verify", "--udp", "30", "--format", "json").anonymous,
        equals: Outcome(
          1,
          #"{"netns":"host","backend":"netlink","as_wanted":false,"wanted":{"tcp":null,"tcpfin":null,"udp":30},"#
            + #""timeouts":{"tcp":900,"tcpfin":120,"udp":300},"drift":["udp"]}"# + "\n"))
    }

    @Test func printsMetrics() async throws {
      let outcome = try await netns.program("verify", "900", "-", "30", "--format", "prometheus")
      #expect(outcome.status == 1)
      #expect(
        outcome.stdout.hasSuffix(
          """
          # HELP ipvs_timeout_drift Whether the timeout differs from the wanted one.
          # TYPE ipvs_timeout_drift gauge
          ipvs_timeout_drift{netns="host",timeout="tcp"} 0
          ipvs_timeout_drift{netns="host",timeout="udp"} 1
          # HELP ipvs_timeout_up Whether the timeouts could be read.
          # TYPE ipvs_timeout_up gauge
          ipvs_timeout_up{netns="host"} 1

          """), "\(outcome)")
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// `ipvs-timeout show`, compared byte by byte.
  @Suite struct ShowTests {
    private let netns = Namespace.current

    @Test func printsIpvsadmsLine() async throws {
      try await netns.set(11, 22, 33)
      let line = Outcome(0, "Timeout (tcp tcpfin udp): 11 22 33\n")
      expect(try await netns.program(), equals: line)
      expect(try await netns.program("show"), equals: line)
      expect(try await netns.program("--format", "text"), equals: line)
      expect(try await netns.run(Guest.ipvsadm, "-L", "--timeout"), equals: line)
    }

    @Test func printsJSON() async throws {
      try await netns.set(11, 22, 33)
      expect(
        try await netns.program("show", "--format", "json").anonymous,
        equals: Outcome(0, #"{"netns":"host","backend":"netlink","timeouts":{"tcp":11,"tcpfin":22,"udp":33}}"# + "\n"))
    }

    @Test func printsMetrics() async throws {
      let text = """
        # HELP ipvs_timeout_seconds IPVS connection timeout.
        # TYPE ipvs_timeout_seconds gauge
        ipvs_timeout_seconds{netns="host",timeout="tcp"} 900
        ipvs_timeout_seconds{netns="host",timeout="tcpfin"} 120
        ipvs_timeout_seconds{netns="host",timeout="udp"} 300
        # HELP ipvs_timeout_up Whether the timeouts could be read.
        # TYPE ipvs_timeout_up gauge
        ipvs_timeout_up{netns="host"} 1

        """
      expect(try await netns.program("show", "--format", "prometheus"), equals: Outcome(0, text))
    }

    @Test func printsNothingWhenQuiet() async throws {
      expect(try await netns.program("show", "--quiet"), equals: Outcome())
    }

    @Test func reportsThatItsOutputWasLost() async throws {
      let sentence = "ipvs-timeout: cannot write the result to standard output (No space left on device, errno 28);"
      let outcome = try await netns.run("sh", "-c", "exec \"$0\" show >/dev/full", Guest.program)
      #expect(outcome.status == 71)
      #expect(outcome.isOneSentence)
      #expect(outcome.stderr.hasPrefix(sentence), "\(outcome)")
    }

    @Test func worksWithItsStandardStreamsClosed() async throws {
      let set = try await netns.run("sh", "-c", "exec \"$0\" set 5 6 7 --quiet <&- >&- 2>&-", Guest.program)
      #expect(set == Outcome())
      expect(try await netns.timeouts(), equals: "5 6 7")
      let show = try await netns.run("sh", "-c", "exec \"$0\" show >&-", Guest.program)
      #expect(show.status == 71)
      #expect(show.isOneSentence, "\(show)")
    }
  }
}

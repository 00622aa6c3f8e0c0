// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// `apply`: every namespace gets the timeouts of the policy, and nothing else changes.
  @Suite(.clearingUp) struct ApplyTests {
    private let netns = Namespace.current
    private let directory = ScratchDirectory.current

    static let backends = ["netlink", "ipvsadm"]

    @Test(arguments: backends)
    func changesWhatDiffersAndThenNothing(_ backend: String) async throws {
      let namespaces = try await Neighbours.add("blue", "green", "red")
      try await namespaces[1].set(11, 12, 13)
      let policy = try directory.write("policy", "host 15m - 61\nred 60 30 -\nb* - - 5s\n")
      let run = [Guest.program, "apply", policy, "--backend", backend]
      expect(
        try await netns.run(run),
        equals: Outcome(
          0,
          """
          host: Timeout (tcp tcpfin udp): 900 120 61 (was 900 120 300)
          blue: Timeout (tcp tcpfin udp): 900 120 5 (was 900 120 300)
          red: Timeout (tcp tcpfin udp): 60 30 300 (was 900 120 300)

          """))
      let after = [(netns, "900 120 61"), (namespaces[0], "900 120 5"), (namespaces[2], "60 30 300")]
      let untouched = [(namespaces[1], "11 12 13"), (.initial, "900 120 300")]
      for (namespace, timeouts) in after + untouched { expect(try await namespace.timeouts(), equals: timeouts) }
      expect(
        try await netns.run(run),
        equals: Outcome(
          0,
          """
          host: Timeout (tcp tcpfin udp): 900 120 61 (unchanged)
          blue: Timeout (tcp tcpfin udp): 900 120 5 (unchanged)
          red: Timeout (tcp tcpfin udp): 60 30 300 (unchanged)

          """))
      expect(try await netns.run(run + ["--changed-only"]), equals: Outcome())
      for (namespace, timeouts) in after + untouched { expect(try await namespace.timeouts(), equals: timeouts) }
    }

    @Test(arguments: backends)
    func changesNothingInADryRun(_ backend: String) async throws {
      let red = try await Neighbours.add("red")[0]
      let policy = try directory.write("policy", "host - - 300\nred 60 30 -\n")
      let run = [Guest.program, "apply", policy, "--dry-run", "--backend", backend]
      let line = "red: Timeout (tcp tcpfin udp): 900 120 300 (would become 60 30 300)\n"
      expect(
        try await netns.run(run),
        equals: Outcome(0, "host: Timeout (tcp tcpfin udp): 900 120 300 (would stay so)\n" + line))
      expect(try await netns.run(run + ["--changed-only"]), equals: Outcome(0, line))
      expect(try await red.timeouts(), equals: "900 120 300")
    }

    @Test func printsOnlyWhatHasChanged() async throws {
      let namespaces = try await Neighbours.add("blue", "red")
      try await namespaces[0].set(900, 120, 60)
      let policy = try directory.write("policy", "* - - 60\n")
      expect(
        try await netns.program("apply", policy, "--changed-only"),
        equals: Outcome(0, "red: Timeout (tcp tcpfin udp): 900 120 60 (was 900 120 300)\n"))
      try await namespaces[1].set(1, 2, 3)
      expect(try await netns.program("apply", policy, "--quiet"), equals: Outcome())
      expect(try await namespaces[1].timeouts(), equals: "1 2 60")
      expect(try await netns.timeouts(), equals: "900 120 300")
    }

    @Test func printsForPrograms() async throws {
      _ = try await Neighbours.add("red")
      let policy = try directory.write("policy", "host - - 300\nred 60 30 -\n")
      let json = [("host", 900, 120, false), ("red", 60, 30, true)].map { name, tcp, tcpfin, isChanged in
        #"{"netns":"\#(name)","backend":"netlink","before":{"tcp":900,"tcpfin":120,"udp":300},"#
          + #""after":{"tcp":\#(tcp),"tcpfin":\#(tcpfin),"udp":300},"changed":\#(isChanged),"dry_run":false}"# + "\n"
      }
      expect(try await netns.program("apply", policy, "--format", "json").anonymous, equals: Outcome(0, json.joined()))
      expect(
        try await netns.program("apply", policy, "--format", "prometheus"),
        equals: Outcome(
          0,
          """
          # HELP ipvs_timeout_seconds IPVS connection timeout.
          # TYPE ipvs_timeout_seconds gauge
          ipvs_timeout_seconds{netns="host",timeout="tcp"} 900
          ipvs_timeout_seconds{netns="host",timeout="tcpfin"} 120
          ipvs_timeout_seconds{netns="host",timeout="udp"} 300
          ipvs_timeout_seconds{netns="red",timeout="tcp"} 60
          ipvs_timeout_seconds{netns="red",timeout="tcpfin"} 30
          ipvs_timeout_seconds{netns="red",timeout="udp"} 300
          # HELP ipvs_timeout_up Whether the timeouts could be read.
          # TYPE ipvs_timeout_up gauge
          ipvs_timeout_up{netns="host"} 1
          ipvs_timeout_up{netns="red"} 1

          """))
    }

    @Test func readsTheUsualFile() async throws {
      try await Guest.output(["sh", "-c", "echo 'host 60 30 61' >/etc/ipvs-timeout.conf"])
      expect(
        try await netns.program("apply"),
        equals: Outcome(0, "host: Timeout (tcp tcpfin udp): 60 30 61 (was 900 120 300)\n"))
      expect(try await netns.timeouts(), equals: "60 30 61")
    }

    @Test func worksOnlyInTheNamedNamespaces() async throws {
      let namespaces = try await Neighbours.add("blue", "red")
      let policy = try directory.write("policy", "host 1 2 3\n* 60 30 61\n")
      expect(
        try await netns.program("apply", policy, "--netns", "red"),
        equals: Outcome(0, "red: Timeout (tcp tcpfin udp): 60 30 61 (was 900 120 300)\n"))
      for other in [namespaces[0], netns] { expect(try await other.timeouts(), equals: "900 120 300") }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// `--netns`: the namespaces that are named, and no others.
  @Suite(.clearingUp) struct NamedNamespaceTests {
    private let netns = Namespace.current

    static let backends = ["netlink", "ipvsadm"]

    @Test(arguments: backends)
    func areShownInTheirOrder(_ backend: String) async throws {
      let (red, blue) = try await redAndBlue()
      try await red.set(11, 12, 13)
      try await blue.set(21, 22, 23)
      expect(
        try await netns.program(
          "show", "--netns", "red", "--netns", "host", "--netns", "blue", "--netns", "red", "--backend", backend),
        equals: Outcome(
          0,
          "red: Timeout (tcp tcpfin udp): 11 12 13\nhost: Timeout (tcp tcpfin udp): 900 120 300\n"
            + "blue: Timeout (tcp tcpfin udp): 21 22 23\n"))
    }

    @Test(arguments: backends)
    func areSet(_ backend: String) async throws {
      let (red, blue) = try await redAndBlue()
      try await blue.set(21, 22, 23)
      expect(
        try await netns.program("set", "60", "-", "60", "--netns", "red", "--netns", "blue", "--backend", backend),
        equals: Outcome(
          0,
          "red: Timeout (tcp tcpfin udp): 60 120 60 (was 900 120 300)\n"
            + "blue: Timeout (tcp tcpfin udp): 60 22 60 (was 21 22 23)\n"))
      expect(try await red.timeouts(), equals: "60 120 60")
      expect(try await blue.timeouts(), equals: "60 22 60")
      expect(try await netns.timeouts(), equals: "900 120 300")
      expect(try await Namespace.initial.timeouts(), equals: "900 120 300")
    }

    @Test(arguments: backends)
    func areNotChangedIfOthersAreNamed(_ backend: String) async throws {
      let (red, blue) = try await redAndBlue()
      expect(
        try await netns.program("set", "60", "30", "61", "--netns", "red", "--dry-run", "--backend", backend),
        equals: Outcome(0, "red: Timeout (tcp tcpfin udp): 900 120 300 (would become 60 30 61)\n"))
      expect(try await red.timeouts(), equals: "900 120 300")
      expect(try await netns.program("set", "1", "2", "3", "--netns", "host", "--backend", backend).status, equals: 0)
      expect(try await netns.timeouts(), equals: "1 2 3")
      for other in [red, blue, .initial] { expect(try await other.timeouts(), equals: "900 120 300") }
    }

    @Test(arguments: backends)
    func areVerified(_ backend: String) async throws {
      let (_, blue) = try await redAndBlue()
      try await blue.set(60, 31, 61)
      expect(
        try await netns.program(
          "verify", "60", "30", "61", "--netns", "blue", "--netns", "red", "--backend", backend),
        equals: Outcome(
          1,
          "blue: tcpfin is 31 s, wanted 30 s\nred: tcp is 900 s, wanted 60 s\nred: tcpfin is 120 s, wanted 30 s\n"
            + "red: udp is 300 s, wanted 61 s\n"))
      expect(
        try await netns.program("verify", "60", "31", "61", "--netns", "blue", "--backend", backend),
        equals: Outcome(0, "blue: Timeout (tcp tcpfin udp): 60 31 61 (as wanted)\n"))
    }

    @Test func arePrintedForPrograms() async throws {
      let (red, _) = try await redAndBlue()
      try await red.set(11, 12, 13)
      let named = ["--netns", "red", "--netns", "blue"]
      expect(
        try await netns.run([Guest.program, "show", "--format", "json"] + named).anonymous,
        equals: Outcome(
          0,
          #"{"netns":"red","backend":"netlink","timeouts":{"tcp":11,"tcpfin":12,"udp":13}}"# + "\n"
            + #"{"netns":"blue","backend":"netlink","timeouts":{"tcp":900,"tcpfin":120,"udp":300}}"# + "\n"))
      expect(
        try await netns.run([Guest.program, "verify", "--udp", "13", "--format", "prometheus"] + named),
        equals: Outcome(
          1,
          """
          # HELP ipvs_timeout_seconds IPVS connection timeout.
          # TYPE ipvs_timeout_seconds gauge
          ipvs_timeout_seconds{netns="red",timeout="tcp"} 11
          ipvs_timeout_seconds{netns="red",timeout="tcpfin"} 12
          ipvs_timeout_seconds{netns="red",timeout="udp"} 13
          ipvs_timeout_seconds{netns="blue",timeout="tcp"} 900
          ipvs_timeout_seconds{netns="blue",timeout="tcpfin"} 120
          ipvs_timeout_seconds{netns="blue",timeout="udp"} 300
          # HELP ipvs_timeout_drift Whether the timeout differs from the wanted one.
          # TYPE ipvs_timeout_drift gauge
          ipvs_timeout_drift{netns="red",timeout="udp"} 0
          ipvs_timeout_drift{netns="blue",timeout="udp"} 1
          # HELP ipvs_timeout_up Whether the timeouts could be read.
          # TYPE ipvs_timeout_up gauge
          ipvs_timeout_up{netns="red"} 1
          ipvs_timeout_up{netns="blue"} 1

          """))
    }

    private func redAndBlue() async throws -> (Namespace, Namespace) {
      let both = try await Neighbours.add("red", "blue")
      return (both[0], both[1])
    }
  }
}

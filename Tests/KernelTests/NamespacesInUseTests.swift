// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// `--in-use`: only namespaces in which IPVS has something to do.
  @Suite(.clearingUp) struct NamespacesInUseTests {
    private let netns = Namespace.current

    @Test func areThoseWithAService() async throws {
      let namespaces = try await Neighbours.add("idle", "red")
      try await namespaces[1].addService()
      expect(
        try await netns.program("show", "--in-use"), equals: Outcome(0, "red: Timeout (tcp tcpfin udp): 900 120 300\n"))
      expect(
        try await netns.program("show", "--in-use", "--netns", "idle", "--netns", "red", "--netns", "host"),
        equals: Outcome(0, "red: Timeout (tcp tcpfin udp): 900 120 300\n"))
      try await netns.addService()
      expect(
        try await netns.program("set", "--udp", "60", "--all-netns", "--in-use"),
        equals: Outcome(
          0,
          "host: Timeout (tcp tcpfin udp): 900 120 60 (was 900 120 300)\n"
            + "red: Timeout (tcp tcpfin udp): 900 120 60 (was 900 120 300)\n"))
      expect(try await namespaces[0].timeouts(), equals: "900 120 300")
      expect(try await Namespace.initial.timeouts(), equals: "900 120 300")
    }

    @Test func areThoseWithAConnectionThatOutlivedItsService() async throws {
      let red = try await Neighbours.add("red")[0]
      try await red.addService()
      try await Guest.output(red.entering + ["bash", "-c", "echo >/dev/udp/192.0.2.100/5353"])
      try await Guest.output(red.entering + [Guest.ipvsadm, "-C"])
      expect(try await Guest.output(red.entering + [Guest.ipvsadm, "-Sn"]), equals: "")
      #expect(try await Guest.output(red.entering + [Guest.ipvsadm, "-Lnc"]).contains(" 192.0.2.100:5353 "))
      expect(
        try await netns.program("show", "--in-use"), equals: Outcome(0, "red: Timeout (tcp tcpfin udp): 900 120 300\n"))
    }

    @Test func mayBeNone() async throws {
      _ = try await Neighbours.add("idle")
      let reason = "because no network namespace that was asked for has a virtual service or a connection\n"
      for (words, sentence) in [
        ("show --in-use", ""), ("show --in-use --netns idle", ""), ("show --in-use --format json", ""),
        ("set 1 2 3 --in-use", "ipvs-timeout: nothing was set, \(reason)"),
        ("verify 1 2 3 --in-use --quiet", "ipvs-timeout: nothing was compared, \(reason)"),
      ] {
        expect(
          try await netns.run([Guest.program] + words.split(separator: " ").map(String.init)),
          equals: Outcome(0, "", sentence), "\(words)")
      }
      expect(try await netns.timeouts(), equals: "900 120 300")
    }

    @Test func doNotHideThatOneCouldNotBeLookedAt() async throws {
      try await netns.addService()
      expect(
        try await netns.program("show", "--in-use", "--netns", "nosuch", "--netns", "host"),
        equals: Outcome(
          71, "host: Timeout (tcp tcpfin udp): 900 120 300\n",
          "ipvs-timeout: cannot look for virtual services and connections in the network namespace nosuch: there is no"
            + " such namespace (No such file or directory, errno 2); run `ipvs-timeout show --all-netns` for a list\n"
        ))
    }
  }
}

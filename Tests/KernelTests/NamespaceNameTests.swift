// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// What can stand after `--netns`: a name in one of two directories, a path, a process.
  @Suite(.clearingUp) struct NamespaceNameTests {
    private let netns = Namespace.current

    static let backends = ["netlink", "ipvsadm"]

    @Test(arguments: backends)
    func isOneOfDockers(_ backend: String) async throws {
      let path = try await Neighbours.addForDocker("ingress_sbox")
      expect(
        try await netns.program("set", "--udp", "60", "--netns", "ingress_sbox", "--backend", backend),
        equals: Outcome(0, "ingress_sbox: Timeout (tcp tcpfin udp): 900 120 60 (was 900 120 300)\n"))
      expect(try await Neighbours.timeouts(at: path), equals: "900 120 60")
      expect(try await netns.timeouts(), equals: "900 120 300")
    }

    @Test func isLookedForFirstWhereIpPutsIt() async throws {
      let path = try await Neighbours.addForDocker("twice")
      let own = try await Neighbours.add("twice")[0]
      expect(try await netns.program("set", "--tcp", "11", "--netns", "twice").status, equals: 0)
      expect(try await own.timeouts(), equals: "11 120 300")
      expect(try await Neighbours.timeouts(at: path), equals: "900 120 300")
    }

    @Test(arguments: backends)
    func isAPath(_ backend: String) async throws {
      let red = try await Neighbours.add("red")[0]
      expect(
        try await netns.program("set", "--udp", "60", "--netns", "/run/netns/red", "--backend", backend),
        equals: Outcome(0, "/run/netns/red: Timeout (tcp tcpfin udp): 900 120 60 (was 900 120 300)\n"))
      expect(try await red.timeouts(), equals: "900 120 60")
      expect(
        try await red.run("sh", "-c", "cd /run/netns && exec \"$0\" show --netns ./red --netns red", Guest.program),
        equals: Outcome(
          0, "./red: Timeout (tcp tcpfin udp): 900 120 60\nred: Timeout (tcp tcpfin udp): 900 120 60\n"))
    }

    @Test(arguments: backends)
    func isAProcess(_ backend: String) async throws {
      let sleep = try await Guest.output(["realpath", "/usr/bin/sleep"]).trimmed
      try await withProcess(["unshare", "-n", "sleep", "60"], becoming: sleep) { process in
        expect(
          try await netns.program("set", "--udp", "60", "--netns", "\(process)", "--backend", backend),
          equals: Outcome(0, "\(process): Timeout (tcp tcpfin udp): 900 120 60 (was 900 120 300)\n"))
        expect(try await Neighbours.timeouts(at: "/proc/\(process)/ns/net"), equals: "900 120 60")
        expect(try await netns.timeouts(), equals: "900 120 300")
        // Whoever calls a namespace by a number means that.
        _ = try await Neighbours.add("\(process)")
        expect(
          try await netns.program("show", "--netns", "\(process)", "--backend", backend),
          equals: Outcome(0, "\(process): Timeout (tcp tcpfin udp): 900 120 300\n"))
        try await Guest.output(["ip", "netns", "delete", "\(process)"])
        _ = try await Neighbours.addForDocker("\(process)")
        expect(
          try await netns.program("show", "--netns", "\(process)", "--backend", backend),
          equals: Outcome(0, "\(process): Timeout (tcp tcpfin udp): 900 120 300\n"))
      }
    }

    @Test(arguments: ["red/../blue", "-1", "4194305", "01x"])
    func isNot(_ name: String) async throws {
      _ = try await Neighbours.add("red", "blue")
      let outcome = try await netns.program("show", "--netns=\(name)")
      #expect(outcome.status == 71 && outcome.isOneSentence, "\(outcome)")
    }
  }
}

extension String {
  /// The text without the newline at its end.
  var trimmed: String { hasSuffix("\n") ? String(dropLast()) : self }
}

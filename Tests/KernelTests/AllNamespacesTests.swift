// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension RealKernel {
  /// `--all-netns`: every namespace of the machine once, with a printable name.
  @Suite(.clearingUp) struct AllNamespacesTests {
    private let netns = Namespace.current
    private let directory = ScratchDirectory.current

    @Test func areEachShownOnce() async throws {
      let red = try await Neighbours.add("red")[0]
      try await red.set(11, 12, 13)
      try await Neighbours.bindForDocker(red, as: "also-red")
      try await Neighbours.bindForDocker(netns, as: "default")
      let sandbox = try await Neighbours.addForDocker("ingress_sbox")
      try await Guest.output(["nsenter", "--net=\(sandbox)", Guest.ipvsadm, "--set", "21", "22", "23"])
      expect(
        try await netns.program("show", "--all-netns"),
        equals: Outcome(
          0,
          """
          host: Timeout (tcp tcpfin udp): 900 120 300
          red: Timeout (tcp tcpfin udp): 11 12 13
          ingress_sbox: Timeout (tcp tcpfin udp): 21 22 23
          pid 1 (bash): Timeout (tcp tcpfin udp): 900 120 300

          """))
    }

    @Test func areEachSet() async throws {
      let red = try await Neighbours.add("red")[0]
      try await red.set(60, 120, 300)
      let name = try #require(netns.name)
      expect(
        try await Namespace.initial.program("set", "--tcp", "60", "--all-netns"),
        equals: Outcome(
          0,
          "host: Timeout (tcp tcpfin udp): 60 120 300 (was 900 120 300)\n"
            + "red: Timeout (tcp tcpfin udp): 60 120 300 (unchanged)\n"
            + "\(name): Timeout (tcp tcpfin udp): 60 120 300 (was 900 120 300)\n"))
      for each in [.initial, red, netns] { expect(try await each.timeouts(), equals: "60 120 300") }
      try await Namespace.initial.set(900, 120, 300)
    }

    @Test func areDistinguishedWhenTheyShareOneName() async throws {
      try await Neighbours.add("twice")[0].set(11, 12, 13)
      _ = try await Neighbours.addForDocker("twice")
      _ = try await Neighbours.addForDocker("host")
      expect(
        try await netns.program("verify", "--tcp", "11", "--all-netns"),
        equals: Outcome(
          1,
          """
          host: tcp is 900 s, wanted 11 s
          twice: Timeout (tcp tcpfin udp): 11 12 13 (as wanted)
          /run/docker/netns/host: tcp is 900 s, wanted 11 s
          /run/docker/netns/twice: tcp is 900 s, wanted 11 s
          pid 1 (bash): tcp is 900 s, wanted 11 s

          """))
    }

    @Test func areFoundByTheirProcesses() async throws {
      let program = "\(directory.path)/e\u{1B}[31m\"\u{301}\\"
      try await Guest.output(["cp", "/usr/bin/sleep", program])
      try await withProcess(["unshare", "-n", program, "60"], becoming: program) { process in
        let shown = "pid \(process) (" + #"e\u{1B}[31m"# + "\"\u{301}" + #"\)"#
        expect(
          try await netns.program("show", "--all-netns"),
          equals: Outcome(
            0, ["host", "pid 1 (bash)", shown].map { "\($0): Timeout (tcp tcpfin udp): 900 120 300\n" }.joined()))
        try await expectName("pid \(process) (e\u{1B}[31m\"\u{301}\\)")
      }
    }

    /// As in a container that was started without the options for the namespaces of its node.
    @Test func areSaidToBeHiddenFromAContainer() async throws {
      _ = try await Neighbours.add("red")
      let container = ["unshare", "--mount", "--pid", "--fork", "--mount-proc", "sh", "-c"]
      let hiding = "mount -t tmpfs none /run && exec \"$0\" show --all-netns"
      expect(
        try await netns.run(container + [hiding, Guest.program]),
        equals: Outcome(
          0, "host: Timeout (tcp tcpfin udp): 900 120 300\n",
          "ipvs-timeout: host is the network namespace of this container, and no other one can be seen; to see those of"
            + " the node, run the container with `--network host --cap-add NET_ADMIN --cap-add SYS_ADMIN"
            + " -v /run/docker/netns:/run/docker/netns`\n"))
      // A container that is a director itself is not warned, and one that sees the namespaces of its node neither.
      let used = "mount -t tmpfs none /run && ipvsadm -A -t 192.0.2.100:80 && exec \"$0\" show --all-netns"
      expect(
        try await netns.run(container + [used, Guest.program]),
        equals: Outcome(0, "host: Timeout (tcp tcpfin udp): 900 120 300\n"))
      expect(
        try await netns.run(container + ["exec \"$0\" show --all-netns", Guest.program]),
        equals: Outcome(0, ["host", "red"].map { "\($0): Timeout (tcp tcpfin udp): 900 120 300\n" }.joined()))
    }

    @Test func areNeverShownWithControlCharacters() async throws {
      let name = "r\u{1B}[2J\n\t\u{7F}e\u{9B}d\u{202E}\"\\"
      _ = try await Neighbours.add(name)
      let shown = #"r\u{1B}[2J\n\t\u{7F}e\u{009B}d\u{202E}"\"#
      let outcome = try await netns.program("show", "--all-netns")
      #expect(outcome.stdout.contains("\n\(shown): Timeout (tcp tcpfin udp): 900 120 300\n"), "\(outcome)")
      try await expectName(name)
      try await expectLabel(#"r\\u{1B}[2J\\n\\t\\u{7F}e\\u{009B}d\\u{202E}\"\\"#)
    }

    @Test func areNeverNamedInErrorsWithControlCharacters() async throws {
      let name = "l\u{1B}[2J\neft"
      try await Guest.output(["sh", "-c", "mkdir -p /run/netns && : >\"/run/netns/$0\"", name])
      let outcome = try await netns.program("show", "--netns", name)
      #expect(outcome.status == 71)
      let part = #" in the network namespace l\u{1B}[2J\neft: the file is not a network namespace"#
      #expect(outcome.stderr.contains(part), "\(outcome)")
      #expect(!outcome.stderr.trimmed.unicodeScalars.contains { $0.properties.generalCategory == .control })
      expect(
        try await netns.program("show", "--all-netns"),
        equals: Outcome(
          0, ["host", "pid 1 (bash)"].map { "\($0): Timeout (tcp tcpfin udp): 900 120 300\n" }.joined()))
    }

    /// Expects that JSON has exactly this name.
    private func expectName(_ name: String) async throws {
      let json = try await netns.program("show", "--all-netns", "--format", "json").stdout
      let names = try json.split(separator: "\n").map { line in
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        return object?["netns"] as? String
      }
      #expect(names.contains(name), "\(json)")
      #expect(!json.unicodeScalars.contains { $0 != "\n" && $0.properties.generalCategory == .control })
    }

    /// Expects that Prometheus has exactly this label.
    private func expectLabel(_ label: String) async throws {
      let metrics = try await netns.program("show", "--all-netns", "--format", "prometheus").stdout
      #expect(metrics.contains("\nipvs_timeout_seconds{netns=\"\(label)\",timeout=\"udp\"} 300\n"), "\(metrics)")
      #expect(!metrics.unicodeScalars.contains { $0 != "\n" && $0.properties.generalCategory == .control })
    }
  }
}

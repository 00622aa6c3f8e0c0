// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// JSON Lines: each namespace has an object with a stable identity, even if the command fails there.
  @Suite(.clearingUp) struct JsonTests {
    private let netns = Namespace.current
    private let directory = ScratchDirectory.current

    @Test func namesTheNamespaceByDeviceAndInode() async throws {
      let red = try await Neighbours.add("red")[0]
      try await red.addService()
      try await SyncedConnection.add(in: red, seconds: 900)
      try directory.write("policy", "red 60 - -\n")
      let file = try await Guest.output(["stat", "-L", "-c", #""netns_device":%d,"netns_inode":%i,"#, "/run/netns/red"])
      for words in [
        "show", "set --tcp 60", "verify --tcp 60", "apply \(directory.path)/policy",
        "check-policy \(directory.path)/policy", "connections", "connections --outdated", "doctor", "doctor --sockets",
      ] {
        for (name, options) in [("red", "--netns red"), ("/run/netns/red", "--netns /run/netns/red")] {
          let outcome = try await netns.run("sh", "-c", "exec \(Guest.program) \(words) \(options) --format json")
          #expect(outcome.stdout.hasPrefix(#"{"netns":"\#(name)",\#(file.trimmed)"#), "\(words): \(outcome)")
        }
      }
      // A trial finds its namespace by itself. From inside, the same namespace is called host.
      for outcome in [
        try await netns.program("with", "--tcp", "5", "--netns", "red", "--format", "json", "--", "true"),
        try await red.program("show", "--format", "json"),
      ] {
        #expect(outcome.stdout.contains(file.trimmed), "\(outcome)")
      }
    }

    @Test(arguments: [
      "show", "set --tcp 60", "verify --tcp 900", "apply POLICY", "connections", "connections --outdated", "doctor",
      "doctor --sockets",
    ])
    func hasAnObjectForANamespaceThatFails(_ words: String) async throws {
      try await Guest.output(["touch", "/run/netns/leftover"])
      try directory.write("policy", "host 60 - -\n")
      let command = words.replacing("POLICY", with: "\(directory.path)/policy")
      let outcome = try await netns.run(
        "sh", "-c", "exec \(Guest.program) \(command) --netns host --netns nosuch --netns leftover --format json")
      #expect(outcome.status == 71)
      let sentences = outcome.stderr.split(separator: "\n").map { $0.dropFirst("ipvs-timeout: ".count) }
      try #require(sentences.count == 2, "\(outcome)")
      let objects = outcome.stdout.split(separator: "\n")
      for (name, sentence) in zip(["nosuch", "leftover"], sentences) {
        let object =
          #"{"netns":"\#(name)","netns_device":null,"netns_inode":null,"error":"\#(sentence)","status":71}"#
        #expect(objects.contains { $0 == object }, "\(outcome)")
      }
      #expect(objects.count == (words == "connections --outdated" ? 2 : 3), "\(outcome)")
    }

    @Test func hasAnObjectWhereTheNamespaceCannotBeSearched() async throws {
      let policy = try directory.write("policy", "")
      for words in ["show", "connections", "doctor", "check-policy \(policy)"] {
        let outcome = try await netns.run(
          "sh", "-c", "exec \(Guest.program) \(words) --netns nosuch --netns host --in-use --format json")
        #expect(outcome.stdout.hasPrefix(#"{"netns":"nosuch","netns_device":null,"#), "\(words): \(outcome)")
        #expect(outcome.stdout.split(separator: "\n").count == 1, "\(words): \(outcome)")
      }
    }

    @Test func hasAnObjectForEachNamespaceWithoutPrivileges() async throws {
      _ = try await Neighbours.add("red")
      for words in ["show", "set --tcp 60", "verify --tcp 60", "connections"] {
        let command = "setpriv --reuid=65534 --clear-groups \(Guest.program) \(words) --format json"
        let outcome = try await netns.run("sh", "-c", "\(command) --netns host --netns red; echo $?; \(command)")
        let lines = outcome.stdout.split(separator: "\n")
        try #require(outcome.status == 77 && lines.count == 4 && lines[2] == "77", "\(words): \(outcome)")
        for (line, name) in zip([lines[0], lines[1], lines[3]], ["host", "red", "host"]) {
          #expect(
            line.hasPrefix(#"{"netns":"\#(name)","netns_device":"#) && line.hasSuffix(#","status":77}"#), "\(line)")
          #expect(line.contains(#","error":"cannot "#), "\(line)")
        }
        #expect(outcome.stderr.split(separator: "\n").count == 2, "\(outcome)")
      }
    }

    @Test func reportsTheTimeoutsOfATrial() async throws {
      let start = #"{"netns":"host","backend":"netlink","before":{"tcp":900,"tcpfin":120,"udp":300},"#
      expect(
        try await netns.program(
          "with", "--tcp", "60", "--format", "json", "--", Guest.ipvsadm, "--set", "61", "0", "0"
        ).anonymous,
        equals: Outcome(
          0,
          start + #""meanwhile":{"tcp":60,"tcpfin":120,"udp":300},"after":{"tcp":61,"tcpfin":120,"udp":300},"#
            + #""kept":false,"left":["tcp"]}"# + "\n",
          "ipvs-timeout: tcp in this network namespace is left at 61 s: the trial set it from 900 s to 60 s, but the"
            + " command or another program has changed it since\n"))
      try await netns.set(900, 0, 0)
      expect(
        try await netns.program("try", "--tcp", "60", "--format", "json", "--", "true").anonymous,
        equals: Outcome(
          0,
          start + #""meanwhile":{"tcp":60,"tcpfin":120,"udp":300},"after":{"tcp":60,"tcpfin":120,"udp":300},"#
            + #""kept":true,"left":[]}"# + "\n"))
    }

    @Test func hasAnObjectForANamespaceInWhichATrialFails() async throws {
      let outcome = try await netns.program(
        "try", "--udp", "5", "--netns", "nosuch", "--netns", "host", "--format", "json", "--", "true")
      #expect(outcome.status == 71)
      #expect(outcome.stdout.hasPrefix(#"{"netns":"nosuch","netns_device":"#), "\(outcome)")
      #expect(outcome.stdout.contains(#","error":"cannot open IPVS in the network namespace nosuch: "#), "\(outcome)")
      #expect(outcome.stdout.split(separator: "\n").count == 1, "\(outcome)")
    }

    @Test func hasASampleForANamespaceThatFails() async throws {
      let named = ["--netns", "host", "--netns", "nosuch", "--format", "prometheus"]
      for (words, metric) in [
        (["show"], "ipvs_timeout_up"), (["verify", "--tcp", "900"], "ipvs_timeout_up"),
        (["connections"], "ipvs_timeout_connections_up"),
      ] {
        let outcome = try await netns.run([Guest.program] + words + named)
        #expect(outcome.status == 71)
        #expect(
          outcome.stdout.hasSuffix("\n\(metric){netns=\"host\"} 1\n\(metric){netns=\"nosuch\"} 0\n"), "\(outcome)")
      }
    }
  }
}

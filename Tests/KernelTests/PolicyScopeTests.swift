// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// Which namespaces of a real kernel a line of the policy matches.
  @Suite(.clearingUp) struct PolicyScopeTests {
    private let netns = Namespace.current
    private let directory = ScratchDirectory.current

    @Test func leavesTheHostToItsOwnLine() async throws {
      try await Neighbours.bindForDocker(netns, as: "default")
      let sandbox = try await Neighbours.addForDocker("1-abc")
      let policy = try directory.write("policy", "/var/run/docker/netns/* 2h - 60\ndefault 1 1 1\n* - 31 -\n")
      expect(
        try await netns.program("apply", policy),
        equals: Outcome(
          0, "1-abc: Timeout (tcp tcpfin udp): 7200 31 60 (was 900 120 300)\n",
          "ipvs-timeout: \(policy):2: no network namespace matches \"default\": only this one has such a name, and a line"
            + " for it begins with `host`\n"))
      expect(try await Neighbours.timeouts(at: sandbox), equals: "7200 31 60")
      for own in [netns, .initial] { expect(try await own.timeouts(), equals: "900 120 300") }
    }

    @Test func usesTheLastMatchingLineForEachValue() async throws {
      let namespaces = try await Neighbours.add("blue", "red")
      let policy = try directory.write(
        "policy", "# all of them\n* 60 30 61\nred - 45 -   # one value of one\n[b-r]ed 1h - -\n/run/netns/blue - - 5\n")
      expect(
        try await netns.program("apply", policy),
        equals: Outcome(
          0,
          "blue: Timeout (tcp tcpfin udp): 60 30 5 (was 900 120 300)\n"
            + "red: Timeout (tcp tcpfin udp): 3600 45 61 (was 900 120 300)\n"))
      expect(try await namespaces[0].timeouts(), equals: "60 30 5")
      expect(try await namespaces[1].timeouts(), equals: "3600 45 61")
    }

    @Test func knowsANamespaceByEachOfItsNames() async throws {
      let red = try await Neighbours.add("red")[0]
      try await Neighbours.bindForDocker(red, as: "1-abc")
      let policy = try directory.write("policy", "/run/docker/netns/1-* - - 60\n/run/netns/red 60 - -\n")
      expect(
        try await netns.program("apply", policy),
        equals: Outcome(0, "red: Timeout (tcp tcpfin udp): 60 120 60 (was 900 120 300)\n"))
      try await red.set(1, 2, 3)
      expect(
        try await netns.program("apply", policy, "--netns", "1-abc", "--quiet"), equals: Outcome())
      expect(try await red.timeouts(), equals: "60 2 60")
    }

    @Test func reportsThatNothingIsWanted() async throws {
      _ = try await Neighbours.add("red")
      let policy = try directory.write("policy", "blue 1 2 3\n")
      let remark = "ipvs-timeout: \(policy):1: no network namespace matches \"blue\"\n"
      for words in ["apply", "apply --quiet", "apply --dry-run", "verify --quiet --policy", "verify --policy"] {
        let command = [Guest.program] + words.split(separator: " ").map(String.init) + [policy]
        expect(try await netns.run(command), equals: Outcome(0, "", remark), "\(words)")
      }
      // Each run of the timer would say it again.
      expect(try await netns.program("apply", policy, "--changed-only"), equals: Outcome())
      // Whoever chooses among the namespaces does not ask for the others.
      let nothing = "ipvs-timeout: \(policy) wants nothing in any of these network namespaces\n"
      expect(
        try await netns.program("verify", "--policy", policy, "--netns", "red", "--in-use"),
        equals: Outcome(0, "", nothing))
      let empty = try directory.write("empty", "host - - -\n")
      expect(
        try await netns.program("apply", empty),
        equals: Outcome(0, "", "ipvs-timeout: \(empty) wants nothing in any of these network namespaces\n"))
    }

    @Test func skipsNoNamedNamespace() async throws {
      _ = try await Neighbours.add("red")
      let policy = try directory.write("policy", "red - - 60\n")
      let outcome = try await netns.program("apply", policy, "--netns", "rde", "--netns", "host", "--netns", "red")
      #expect(outcome.status == 71)
      #expect(
        outcome.stdout == "host: Timeout (tcp tcpfin udp): 900 120 300 (unchanged)\n"
          + "red: Timeout (tcp tcpfin udp): 900 120 60 (was 900 120 300)\n")
      #expect(outcome.stderr.contains(" in the network namespace rde: there is no such namespace "), "\(outcome)")
      expect(
        try await netns.program("check-policy", policy, "--netns", "red", "--netns", "rde"),
        equals: Outcome(0, "red: udp 60 s (line 1)\nrde: nothing\n"))
    }

    @Test func isExplained() async throws {
      try await Neighbours.bindForDocker(try await Neighbours.add("red")[0], as: "1-abc")
      let policy = try directory.write("policy", "host 15m - 60\n1-* 60 30 -\nnosuch 1 2 3\nred - 45 -\n")
      let unmatched = "ipvs-timeout: \(policy):3: no network namespace matches \"nosuch\"\n"
      expect(
        try await netns.program("check-policy", policy),
        equals: Outcome(
          0,
          """
          host: tcp 900 s (line 1), udp 60 s (line 1)
          red: tcp 60 s (line 2), tcpfin 45 s (line 4)

          """, unmatched))
      expect(
        try await netns.program("check-policy", policy, "--all-netns", "--format", "json").anonymous,
        equals: Outcome(
          0,
          [
            (#""host""#, #"900,"tcpfin":null,"udp":60"#, #"1,"tcpfin":null,"udp":1"#),
            (#""red""#, #"60,"tcpfin":45,"udp":null"#, #"2,"tcpfin":4,"udp":null"#),
            (#""pid 1 (bash)""#, #"null,"tcpfin":null,"udp":null"#, #"null,"tcpfin":null,"udp":null"#),
          ].map { name, wanted, lines in
            #"{"netns":\#(name),"policy":"\#(policy)","wanted":{"tcp":\#(wanted)},"lines":{"tcp":\#(lines)}}"# + "\n"
          }.joined(), unmatched))
      expect(
        try await netns.program("check-policy", policy, "--netns", "red"),
        equals: Outcome(0, "red: tcp 60 s (line 2), tcpfin 45 s (line 4)\n"))
      for own in [netns, Namespace(name: "red")] { expect(try await own.timeouts(), equals: "900 120 300") }
    }
  }
}

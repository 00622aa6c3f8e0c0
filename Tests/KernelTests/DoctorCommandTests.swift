// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// `ipvs-timeout doctor` where there is more than one network namespace, and what its options do.
  @Suite(.serialized, .clearingUp) struct DoctorCommandTests {
    private let netns = Namespace.current

    /// A namespace with a service and timeouts, and one that has neither.
    private func neighbours() async throws -> Namespace {
      let namespaces = try await Neighbours.add("idle", "red")
      try await namespaces[1].addService()
      try await namespaces[1].set(60, 30, 45)
      return namespaces[1]
    }

    private func run(_ words: String) async throws -> Outcome {
      try await netns.run([Guest.program, "doctor"] + words.split(separator: " ").map(String.init))
    }

    @Test func checksTheNamespacesThatAreNamed() async throws {
      _ = try await neighbours()
      func names(_ words: String) async throws -> [Substring] {
        let outcome = try await run("--format json \(words)")
        #expect(outcome.status == 0 && outcome.stderr.isEmpty, "\(outcome)")
        return outcome.stdout.split(separator: "\n").compactMap { $0.split(separator: "\"").dropFirst(3).first }
      }
      #expect(try await names("--netns red --netns idle") == ["red", "idle"])
      #expect(try await names("--in-use") == ["red"])
      #expect(try await names("--all-netns").prefix(3) == ["host", "idle", "red"])
      // Without names it checks its own namespace and all others that use IPVS.
      #expect(try await names("") == ["host", "red"])
      let both = try await run("--netns host --netns red --all").stdout
      #expect(both.contains("\nok       timeouts         red: tcp 60 s, tcpfin 30 s, udp 45 s\n"), "\(both)")
    }

    @Test func saysWhichNamespacesHaveServices() async throws {
      _ = try await neighbours()
      let lines = try await run("").stdout.split(separator: "\n")
      #expect(lines.first?.hasSuffix("; virtual services in red") == true, "\(lines)")
      #expect(lines.last?.hasPrefix("no virtual service: host, idle") == true, "\(lines)")
      #expect(lines.count <= 24 && lines.allSatisfy { $0.count <= 100 }, "\(lines)")
    }

    @Test func goesOnWhereOneIsNotThere() async throws {
      _ = try await neighbours()
      let outcome = try await run("--netns nosuch --netns red")
      #expect(outcome.status == 71)
      #expect(outcome.stdout.split(separator: "\n").first?.contains(" in red: ") == true, "\(outcome)")
      #expect(
        outcome.stderr.hasPrefix("ipvs-timeout: cannot open IPVS in the network namespace nosuch: there is no such"),
        "\(outcome)")
    }

    @Test(arguments: ["netlink", "ipvsadm"])
    func printsForPrograms(_ backend: String) async throws {
      let red = try await neighbours()
      try await Guest.output(["sh", "-c", "echo 'red 60 - 46' >/etc/ipvs-timeout.conf"])
      let outcome = try await run("--format json --netns red --backend \(backend)")
      let way = backend == "ipvsadm" ? "the program ipvsadm" : "netlink"
      let policy =
        #"{"check":"policy","severity":"problem","fact":"udp is 45 s, wanted 46 s (/etc/ipvs-timeout.conf:1)","#
        + #""consequence":"the policy is not in force here","fix":"ipvs-timeout apply --netns red"}"#
      let start =
        #"{"netns":"red","problems":1,"notes":0,"findings":["#
        + #"{"check":"ipvs","severity":"ok","fact":"IPVS answers via \#(way)","consequence":null,"fix":null},"#
        + #"{"check":"ipvs","severity":"ok","fact":"1 virtual service (1 UDP) with 1 real server (1 Masq)","#
        + #""consequence":null,"fix":null},"#
        + #"{"check":"timeouts","severity":"ok","fact":"tcp 60 s, tcpfin 30 s, udp 45 s","consequence":null,"fix":null},"#
        + policy
      #expect(outcome.status == 1 && outcome.stderr.isEmpty, "\(outcome)")
      #expect(outcome.anonymous.stdout.hasPrefix(start), "\(outcome)")
      #expect(outcome.stdout.hasSuffix("]}\n") && outcome.stdout.split(separator: "\n").count == 1, "\(outcome)")
      try await red.set(60, 30, 46)
      expect(try await run("--format json --netns red").status, equals: 0)
      let all = try await run("--format json --all-netns")
      #expect(
        all.stdout.split(separator: "\n").prefix(3).map { $0.prefix(15) } == [
          #"{"netns":"host""#, #"{"netns":"idle""#, #"{"netns":"red","#,
        ], "\(all)")
    }

    @Test func canBeQuiet() async throws {
      expect(try await run("--quiet"), equals: Outcome())
      try await Guest.output(["sh", "-c", "echo 'host 60 - -' >/etc/ipvs-timeout.conf"])
      expect(try await run("--quiet"), equals: Outcome(1))
      expect(try await run("--quiet --format json"), equals: Outcome(1))
    }

    @Test func saysOnceWhatTheCallerLacks() async throws {
      _ = try await neighbours()
      let caller = "setpriv --reuid 65534 --regid 65534 --clear-groups".split(separator: " ").map(String.init)
      for words in [["--netns", "red", "--netns", "idle"], ["--all-netns", "--format", "json"]] {
        let outcome = try await netns.run(caller + [Guest.program, "doctor"] + words)
        #expect(outcome.status == 1 || outcome.status == 77, "\(outcome)")
        let text = outcome.stdout.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(text.split(separator: "IPVS requires the capability CAP_NET_ADMIN").count == 2, "\(outcome)")
      }
    }

    @Test func changesNothing() async throws {
      let red = try await neighbours()
      _ = try await run("--all-netns")
      expect(try await red.timeouts(), equals: "60 30 45")
      expect(try await netns.timeouts(), equals: "900 120 300")
    }
  }
}

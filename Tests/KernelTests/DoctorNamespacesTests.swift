// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// What `doctor` says of other network namespaces.
  @Suite(.serialized, .clearingUp) struct DoctorNamespacesTests {
    private let netns = Namespace.current

    @Test func areAloneOrAlike() async throws {
      let namespaces = try await Neighbours.add("idle", "red")
      let alone = [DoctorFinding("ok", "namespaces", "no other network namespace uses IPVS")]
      try await namespaces[0].set(1, 2, 3)
      #expect(try await netns.doctor(about: "namespaces") == alone)
      try await namespaces[1].addService()
      #expect(
        try await netns.doctor(about: "namespaces") == [
          DoctorFinding(
            "ok", "namespaces",
            "1 other network namespace uses IPVS, with the same timeouts or those that the policy wants there")
        ])
      // To the one that uses IPVS there is no other.
      let outcome = try await netns.program("doctor", "--netns", "red")
      #expect(outcome.stdout.hasPrefix("red:\n"), "\(outcome)")
      #expect(outcome.stdout.contains("ok       namespaces    no other network namespace uses IPVS\n"), "\(outcome)")
    }

    /// As on a node of a Docker Swarm: what rules the services is in a namespace that only Docker has bound.
    @Test func haveNothingOfWhatWasSetOnTheHost() async throws {
      let red = try await Neighbours.add("red")[0]
      try await red.addService()
      try await Neighbours.bindForDocker(red, as: "ingress_sbox")
      try await Guest.output(["ip", "netns", "delete", "red"])
      // Nobody has set anything: that is no problem.
      #expect(try await netns.doctor(about: "namespaces").map(\.severity) == ["ok"])
      try await netns.set(60, 30, 45)
      let problem = DoctorFinding(
        "problem", "namespaces",
        "1 other network namespace uses IPVS with other timeouts: ingress_sbox (900 120 300)",
        so: "there is no virtual service here, and what was set here has no effect there",
        fix: "ipvs-timeout set 60 30 45 --netns ingress_sbox")
      #expect(try await netns.doctor(about: "namespaces") == [problem])
      try await netns.fix(problem)
      expect(try await Neighbours.timeouts(at: "/run/docker/netns/ingress_sbox"), equals: "60 30 45")
      #expect(try await netns.doctor(about: "namespaces").map(\.severity) == ["ok"])
      // Set where it belongs, and nowhere else.
      try await netns.set(900, 120, 300)
      #expect(
        try await netns.doctor(about: "namespaces") == [
          DoctorFinding(
            "note", "namespaces", "1 other network namespace uses IPVS with other timeouts: ingress_sbox (60 30 45)",
            so: "what is set here has no effect there")
        ])
    }

    @Test func differWhereThereAreServicesHereToo() async throws {
      let red = try await Neighbours.add("red")[0]
      for namespace in [netns, red] { try await namespace.addService() }
      try await red.set(60, 30, 45)
      let note = DoctorFinding(
        "note", "namespaces", "1 other network namespace uses IPVS with other timeouts: red (60 30 45)",
        so: "what is set here has no effect there", fix: "ipvs-timeout set 900 120 300 --netns red")
      #expect(try await netns.doctor(about: "namespaces") == [note])
      try await Guest.output(["sh", "-c", "echo 'red 60 30 45' >/etc/ipvs-timeout.conf"])
      #expect(try await netns.doctor(about: "namespaces").map(\.severity) == ["ok"])
      try await netns.fix(note)
      expect(try await red.timeouts(), equals: "900 120 300")
    }

    @Test func areThoseOfProcessesToo() async throws {
      let sleep = try await Guest.output(["realpath", "/usr/bin/sleep"]).trimmed
      let rules = "ip link set lo up; ipvsadm -A -u 127.0.0.1:53 -s rr"
      try await netns.set(60, 30, 45)
      try await withProcess(["unshare", "-n", "sh", "-c", "\(rules); exec sleep 60"], becoming: sleep) { process in
        let problem = try await netns.doctor(about: "namespaces").first
        #expect(
          problem
            == DoctorFinding(
              "problem", "namespaces",
              "1 other network namespace uses IPVS with other timeouts: pid \(process) (sleep) (900 120 300)",
              so: "there is no virtual service here, and what was set here has no effect there",
              fix: "ipvs-timeout set 60 30 45 --netns \(process)"))
        try await netns.fix(problem)
        expect(try await Neighbours.timeouts(at: "/proc/\(process)/ns/net"), equals: "60 30 45")
      }
    }

    @Test func mayBeMany() async throws {
      for namespace in try await Neighbours.add("n1", "n2", "n3", "n4", "n5") { try await namespace.addService() }
      try await netns.set(60, 30, 45)
      let problem = try await netns.doctor(about: "namespaces").first
      #expect(
        problem?.fact == "5 other network namespaces use IPVS with other timeouts: n1 (900 120 300), n2 (900 120 300),"
          + " n3 (900 120 300) and 2 more")
      try await netns.fix(problem)
      #expect(try await netns.doctor(about: "namespaces").map(\.severity) == ["ok"])
      expect(try await Namespace(name: "n5").timeouts(), equals: "60 30 45")
    }

    @Test func maySeemToBeWhatTheyAreNot() async throws {
      try await Guest.output(["sh", "-c", "mkdir -p /run/netns; : >/run/netns/leftover"])
      #expect(
        try await netns.doctor(about: "namespaces") == [
          DoctorFinding("ok", "namespaces", "no other network namespace uses IPVS")
        ])
    }

    @Test func cannotBeSeenByEverybody() async throws {
      _ = try await Neighbours.add("red")
      let caller = ["setpriv", "--bounding-set=-sys_admin,-sys_ptrace", "--inh-caps=-sys_admin,-sys_ptrace"]
      let outcome = try await netns.run(caller + [Guest.program, "doctor"])
      #expect(outcome.status == 0 && outcome.stderr.isEmpty, "\(outcome)")
      let findings = try DoctorFinding.all(in: outcome.stdout).filter { $0.check == "namespaces" }
      #expect(findings.map(\.severity) == ["ok", "note", "note"])
      #expect(
        findings[1].fact.hasPrefix(
          "cannot look for virtual services and connections in the network namespace /run/netns/red: root here may not"
            + " enter it (Operation not permitted, errno 1)"), "\(findings)")
      #expect(findings[1].consequence == "its timeouts may be others")
      #expect(findings[2].fact.hasSuffix(" of the processes live"), "\(findings)")
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// What `doctor` reports about other network namespaces.
  @Suite(.serialized, .clearingUp) struct DoctorNamespacesTests {
    private let netns = Namespace.current
    private static let noEffect =
      "somebody set the timeouts here, where there is no virtual service; that has no effect there"

    @Test func areAloneOrAlike() async throws {
      let namespaces = try await Neighbours.add("idle", "red")
      let alone = [DoctorFinding("ok", "namespaces", "no other network namespace uses IPVS")]
      try await namespaces[0].set(1, 2, 3)
      #expect(try await netns.doctor(about: "namespaces") == alone)
      try await namespaces[1].addService()
      #expect(
        try await netns.doctor(about: "namespaces") == [
          DoctorFinding("ok", "namespaces", "1 other network namespace uses IPVS: red (900 120 300)")
        ])
      // To the one that uses IPVS there is no other.
      #expect(try await netns.doctor("--netns", "red", about: "namespaces") == alone)
    }

    /// As on a node of a Docker Swarm: the services are in a namespace that only Docker has bound.
    @Test func haveNothingOfWhatWasSetOnTheHost() async throws {
      let red = try await Neighbours.add("red")[0]
      try await red.addService()
      try await Neighbours.bindForDocker(red, as: "ingress_sbox")
      try await Guest.output(["ip", "netns", "delete", "red"])
      // Nobody has set anything, so there is no problem.
      #expect(try await netns.doctor(about: "namespaces").map(\.severity) == ["ok"])
      try await netns.set(60, 30, 45)
      let problem = DoctorFinding(
        "problem", "namespaces",
        "1 other network namespace uses IPVS with the kernel's defaults (900 120 300): ingress_sbox",
        so: DoctorNamespacesTests.noEffect,
        fix:
          "printf '\\n%s\\n' '/run/docker/netns/ingress_sbox 60 30 45' >>/etc/ipvs-timeout.conf && ipvs-timeout apply")
      #expect(try await netns.doctor(about: "namespaces") == [problem])
      try await netns.fix(problem)
      expect(try await Neighbours.timeouts(at: "/run/docker/netns/ingress_sbox"), equals: "60 30 45")
      #expect(try await netns.doctor(about: "namespaces").map(\.severity) == ["ok"])
      // Now the timeouts are set where the services are, and nowhere else.
      try await netns.set(900, 120, 300)
      #expect(
        try await netns.doctor(about: "namespaces") == [
          DoctorFinding("ok", "namespaces", "1 other network namespace uses IPVS: ingress_sbox (60 30 45)")
        ])
    }

    @Test func differWhereThereAreServicesHereToo() async throws {
      let red = try await Neighbours.add("red")[0]
      for namespace in [netns, red] { try await namespace.addService() }
      try await red.set(60, 30, 45)
      let note = DoctorFinding(
        "note", "namespaces",
        "somebody has set the timeouts in red (60 30 45); this one has the kernel's defaults (900 120 300)",
        so: "each network namespace has its own timeouts; setting them in one has no effect in another",
        fix: "ipvs-timeout set 60 30 45 --netns host")
      #expect(try await netns.doctor(about: "namespaces") == [note])
      try await Guest.output(["sh", "-c", "echo 'red 60 30 45' >/etc/ipvs-timeout.conf"])
      #expect(try await netns.doctor(about: "namespaces").map(\.severity) == ["ok"])
      try await netns.fix(note)
      expect(try await netns.timeouts(), equals: "60 30 45")
      expect(try await red.timeouts(), equals: "60 30 45")
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
              "1 other network namespace uses IPVS with the kernel's defaults (900 120 300): pid \(process) (sleep)",
              so: DoctorNamespacesTests.noEffect,
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
        problem?.fact
          == "5 other network namespaces use IPVS with the kernel's defaults (900 120 300): n1, n2, n3 and 2 more")
      try await netns.fix(problem)
      #expect(try await netns.doctor(about: "namespaces").map(\.severity) == ["ok"])
      expect(try await Namespace(name: "n5").timeouts(), equals: "60 30 45")
    }

    @Test func areNotFilesThatAreNone() async throws {
      try await Guest.output(["sh", "-c", "mkdir -p /run/docker/netns; : >/run/netns/left; : >/run/docker/netns/left"])
      #expect(
        try await netns.doctor(about: "namespaces") == [
          DoctorFinding("ok", "namespaces", "no other network namespace uses IPVS"),
          DoctorFinding(
            "note", "namespaces", "2 files in /run/netns and /run/docker/netns are no network namespaces",
            so: "each is left from a namespace that has ended, or is bound only in another mount namespace"),
        ])
    }

    @Test func cannotBeSeenByEverybody() async throws {
      _ = try await Neighbours.add("red")
      let caller = ["setpriv", "--bounding-set=-sys_admin,-sys_ptrace", "--inh-caps=-sys_admin,-sys_ptrace"]
      let outcome = try await netns.run(caller + [Guest.program, "doctor", "--format", "json"])
      #expect(outcome.status == 0 && outcome.stderr.isEmpty, "\(outcome)")
      let findings = try DoctorFinding.all(in: outcome.stdout).joined().filter { $0.check == "namespaces" }
      try #require(findings.map(\.severity) == ["note", "note"])
      let text = try await netns.run(caller + [Guest.program, "doctor"]).stdout
      #expect(text.split(separator: "\n").first?.hasSuffix("; not checked: namespaces") == true, "\(text)")
      #expect(
        findings[0].fact.hasPrefix(
          "cannot look for virtual services and connections in the network namespace /run/netns/red: root here may not"
            + " enter it (Operation not permitted, errno 1)"), "\(findings)")
      #expect(findings[0].consequence == "its timeouts may differ")
      #expect(findings[1].fact.hasPrefix("cannot see the network namespaces of "), "\(findings)")
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// What `doctor` says of the policy.
  @Suite(.serialized, .clearingUp) struct DoctorPolicyTests {
    private let netns = Namespace.current
    private let directory = ScratchDirectory.current

    private static let asWanted = DoctorFinding(
      "ok", "policy", "the timeouts are as the policy /etc/ipvs-timeout.conf wants")

    private func writePolicy(_ text: String) async throws {
      try await Guest.output(["sh", "-c", "printf %s \"$0\" >/etc/ipvs-timeout.conf", text])
    }

    @Test func isNotNeededForTheDefaults() async throws {
      #expect(
        try await netns.doctor(about: "policy") == [
          DoctorFinding(
            "ok", "policy", "there is no policy (/etc/ipvs-timeout.conf), and the timeouts are the kernel's defaults")
        ])
    }

    @Test func wouldKeepWhatIsSet() async throws {
      let blue = try await Neighbours.add("blue")[0]
      // The first namespace: in one with a name, `host` means another one to the units.
      let host = Namespace.initial
      for (place, words) in [(host, []), (blue, ["--netns", "blue"])] {
        try await place.set(60, 30, 45)
        let finding = try await host.doctor(words, about: "policy").first
        #expect(finding?.severity == "note")
        #expect(
          finding?.consequence
            == "a reboot or unloading ip_vs loses these timeouts: nothing that doctor knows restores them")
        try await host.fix(finding)
        try await place.set(1, 2, 3)
        try await Guest.output(host.entering + [Guest.program, "apply"])
        expect(try await place.timeouts(), equals: "60 30 45")
      }
      #expect(try await host.doctor(about: "policy") == [DoctorPolicyTests.asWanted])
      try await host.set(900, 120, 300)
    }

    /// As after `ip netns exec`: the units would apply a line for `host` to the host.
    @Test func isNotAdvisedInANamespaceWithAName() async throws {
      try await netns.set(60, 30, 45)
      #expect(
        try await netns.doctor(about: "policy") == [
          DoctorFinding(
            "note", "policy", "doctor runs in a network namespace that has a name, and not in the host's",
            so: "a policy names this namespace by its path, and only on the host",
            fix: "run `ipvs-timeout doctor` on the host; it checks this namespace, too")
        ])
    }

    @Test func isInForceOrNot() async throws {
      try await writePolicy("host 60 30 45\nhost - - 1m\n")
      let finding = try await netns.doctor(about: "policy").first
      #expect(
        finding
          == DoctorFinding(
            "problem", "policy",
            "tcp is 900 s, wanted 60 s (/etc/ipvs-timeout.conf:1); tcpfin is 120 s, wanted 30 s"
              + " (/etc/ipvs-timeout.conf:1); udp is 300 s, wanted 60 s (/etc/ipvs-timeout.conf:2)",
            so: "the policy is not in force here", fix: "ipvs-timeout apply"))
      try await netns.fix(finding)
      #expect(try await netns.doctor(about: "policy") == [DoctorPolicyTests.asWanted])
      expect(try await netns.timeouts(), equals: "60 30 60")
    }

    @Test func isAnotherFileOnRequest() async throws {
      let blue = try await Neighbours.add("blue")[0]
      try await writePolicy("* 1 2 3\nhost 1 2 3\n")
      let policy = try directory.write("a policy", "blue 60 - -\n")
      #expect(
        try await netns.doctor("--policy", policy, "--netns", "blue", about: "policy") == [
          DoctorFinding(
            "problem", "policy", "tcp is 900 s, wanted 60 s (\(policy):1)", so: "the policy is not in force here",
            fix: "ipvs-timeout apply '\(policy)' --netns blue")
        ])
      try await netns.fix(
        try await netns.doctor("--policy", policy, "--netns", "blue", about: "policy").first)
      expect(try await blue.timeouts(), equals: "60 120 300")
      expect(try await netns.timeouts(), equals: "900 120 300")
      let missing = try await netns.doctor("--policy", "/nowhere", about: "policy").first
      #expect(missing?.severity == "problem")
      #expect(missing?.fact.hasPrefix("cannot read the policy /nowhere: there is no such file ") == true)
      #expect(missing?.fix == "ls -lL /nowhere")
    }

    @Test func hasMistakesOrIsNotObeyed() async throws {
      try await writePolicy("# a comment\nhost 60 30\nhost x 1 1\n")
      let consequence = "no line of the policy is in force: `ipvs-timeout apply` refuses the file"
      #expect(
        try await netns.doctor(about: "policy") == [
          DoctorFinding(
            "problem", "policy",
            "/etc/ipvs-timeout.conf:2:11: \"host 60 30\" lacks udp; write namespace, tcp, tcpfin and udp, with - for a"
              + " timeout to keep (and 1 more mistake)",
            so: consequence, fix: "ipvs-timeout check-policy")
        ])
      expect(try await netns.program("check-policy").status, equals: 78)
      try await writePolicy("host - - -\nhost 900 120 300\n")
      try await Guest.output(["chmod", "666", "/etc/ipvs-timeout.conf"])
      let finding = try await netns.doctor(about: "policy").first
      #expect(finding?.severity == "problem")
      #expect(finding?.fact.contains("it is world-writable") == true)
      try await netns.fix(finding)
      #expect(try await netns.doctor(about: "policy") == [DoctorPolicyTests.asWanted])
    }

    @Test func isAppliedByUnitsOrNot() async throws {
      try await writePolicy("host 900 120 300\n")
      try await withSystemd {
        #expect(try await netns.doctor(about: "policy").map(\.severity) == ["ok", "note"])
        try await Guest.output(["sh", "-c", DoctorPolicyTests.enabling])
        #expect(try await netns.doctor(about: "policy") == [DoctorPolicyTests.asWanted])
        try await Guest.output(["rm", "/run/systemd/system/any.target.wants/ipvs-timeout.timer"])
        #expect(
          try await netns.doctor(about: "policy") == [
            DoctorPolicyTests.asWanted,
            DoctorFinding(
              "note", "policy", "ipvs-timeout.timer is not enabled",
              so: "nothing restores the timeouts when another program sets them",
              fix: "systemctl enable --now ipvs-timeout.timer"),
          ])
      }
    }

    private static let enabling = """
      for unit in service path timer; do
        for directory in /run/systemd/system /run/systemd/system/any.target.wants; do
          mkdir -p $directory && : >$directory/ipvs-timeout.$unit
        done
      done
      """

    /// Has the guest look as if systemd ran in it.
    private func withSystemd(_ body: @Sendable () async throws -> Void) async throws {
      try await Guest.output(["mkdir", "-p", "/run/systemd"])
      try await Guest.output(["mkdir", "/run/systemd/system"])
      let result: Result<Void, any Error>
      do { result = .success(try await body()) } catch { result = .failure(error) }
      try await Guest.output(["rm", "-r", "/run/systemd/system"])
      try result.get()
    }
  }
}

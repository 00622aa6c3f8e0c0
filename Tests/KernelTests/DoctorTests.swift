// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// `ipvs-timeout doctor` as a whole, and what it says of IPVS itself.
  @Suite(.serialized, .clearingUp) struct DoctorTests {
    private let netns = Namespace.current
    private let directory = ScratchDirectory.current

    @Test func countsTheVirtualServices() async throws {
      let rules = """
        -A -t 192.0.2.100:80 -s rr -p 360
        -a -t 192.0.2.100:80 -r 198.51.100.2:8080 -m
        -a -t 192.0.2.100:80 -r 198.51.100.3:80 -g
        -A -t [2001:db8:1::100]:80 -s wlc
        -a -t [2001:db8:1::100]:80 -r [2001:db8:2::2]:80 -i
        -A -u 192.0.2.100:53 -s rr -o -p 360
        -a -u 192.0.2.100:53 -r 127.0.0.1:53 -g
        -A -f 7 -s rr -o
        -a -f 7 -r 198.51.100.2 -m
        """
      try await Topology.with(rules: rules) {
        let findings = try await Topology.director.doctor(about: "ipvs")
        #expect(
          findings == [
            DoctorFinding("ok", "ipvs", "IPVS answers via netlink"),
            DoctorFinding(
              "ok", "ipvs",
              "4 virtual services (1 FWM, 2 TCP, 1 UDP) with 5 real servers (2 Masq, 2 Route, 1 Tunnel)"),
          ])
      }
    }

    @Test func saysThatWithoutThemTheTimeoutsHaveNoEffect() async throws {
      let note = DoctorFinding(
        "note", "ipvs", "there is no virtual service in this network namespace",
        so: "the timeouts have no effect here, because there are no services")
      let answers = DoctorFinding("ok", "ipvs", "IPVS answers via netlink")
      #expect(try await netns.doctor(about: "ipvs") == [answers, note])
    }

    @Test func reportsTheTimeouts() async throws {
      #expect(
        try await netns.doctor(about: "timeouts") == [
          DoctorFinding("ok", "timeouts", "tcp 900 s, tcpfin 120 s, udp 300 s: the kernel's defaults")
        ])
      try await netns.set(60, 30, 45)
      #expect(
        try await netns.doctor(about: "timeouts") == [
          DoctorFinding("ok", "timeouts", "tcp 60 s, tcpfin 30 s, udp 45 s")
        ])
      // A kernel without UDP answers by ipvsadm with 0.
      let answering = try directory.script("ipvsadm", "echo 'Timeout (tcp tcpfin udp): 900 120 0'")
      #expect(
        try await netns.doctor("--backend", "ipvsadm", "--ipvsadm", answering, about: "timeouts") == [
          DoctorFinding(
            "note", "timeouts", "tcp 900 s, tcpfin 120 s, no udp timeout in this kernel",
            so: "the kernel was built without that protocol, and balances none of its connections")
        ])
    }

    @Test(.withoutModule(.notLoadable)) func saysWhyIPVSDoesNotAnswer() async throws {
      let outcome = try await netns.program("doctor", "--backend", "netlink")
      expect(
        outcome,
        equals: Outcome(
          1,
          """
          1 problem: ipvs

          problem  ipvs  cannot open IPVS in this network namespace: the kernel's module ip_vs is installed
                         but could not be loaded (No such file or directory, errno 2); run `modprobe -v ip_vs`
                         to see why
                         so: nothing else can be checked here
                         fix: modprobe -v ip_vs

          """))
      try await Guest.output(["modprobe", "-v", "ip_vs"])
      expect(try await netns.program("doctor", "--backend", "netlink").status, equals: 0)
    }

    @Test(.withoutModule(.notLoadable)) func saysThatTheProgramIpvsadmTookItsPlace() async throws {
      let outcome = try await netns.program("doctor", "--format", "json")
      #expect(outcome.status == 0)
      #expect(outcome.stderr.hasPrefix("ipvs-timeout: using the program ipvsadm instead of netlink: "), "\(outcome)")
      #expect(
        try DoctorFinding.all(in: outcome.stdout).first?.first
          == DoctorFinding(
            "note", "ipvs",
            "IPVS answers only via the program ipvsadm, not via netlink: cannot open IPVS in this network namespace: the"
              + " kernel's module ip_vs is installed but could not be loaded (No such file or directory, errno 2); run"
              + " `modprobe -v ip_vs` to see why",
            so: "the timeouts are those of the system that this program talks to, and each reading starts it",
            fix: "modprobe -v ip_vs"))
    }

    /// An ipvsadm for another IPVS than the kernel's: facts that only the kernel has are not invented.
    @Test(.withoutModule(.notLoadable)) func doesNotGuessWhatOnlyTheKernelTells() async throws {
      let answering = try directory.script("ipvsadm", "echo 'Timeout (tcp tcpfin udp): 1 2 3'")
      let outcome = try await netns.program("doctor", "--format", "json", "--ipvsadm", answering)
      #expect(outcome.status == 0)
      let findings = try #require(try DoctorFinding.all(in: outcome.stdout).first)
      #expect(
        findings.contains(
          DoctorFinding(
            "note", "ipvs",
            "cannot read the virtual services in this network namespace: the kernel's module ip_vs is installed but could"
              + " not be loaded (No such file or directory, errno 2); run `modprobe -v ip_vs` to see why",
            so: "this could not be checked")), "\(findings)")
      #expect(findings.contains(DoctorFinding("ok", "timeouts", "tcp 1 s, tcpfin 2 s, udp 3 s")), "\(findings)")
    }

    @Test(arguments: [
      (
        "setpriv --reuid 65534 --regid 65534 --clear-groups", [],
        "cannot read the timeouts in this network namespace: IPVS requires the capability CAP_NET_ADMIN (Operation not permitted, errno 1);"
          + " run it as root, for example with sudo (containers: --user 0 --cap-add NET_ADMIN)",
        "sudo ipvs-timeout doctor"
      ),
      (
        "unshare -Ur", [],
        "cannot read the timeouts in this network namespace: it belongs to another user namespace"
          + " (Operation not permitted, errno 1); run it as root of the host",
        "run `ipvs-timeout doctor` as root of the host"
      ),
      (
        "setpriv --reuid 65534 --regid 65534 --clear-groups", ["--backend", "ipvsadm"],
        "cannot read the timeouts in this network namespace with the program /usr/sbin/ipvsadm: it has no permission:"
          + " \"Can't initialize ipvs: Permission denied (you must be root)\"; run it as root of the host, with CAP_NET_ADMIN",
        "run `ipvs-timeout doctor --backend ipvsadm` as root of the host"
      ),
    ])
    func saysWhatTheCallerLacks(_ caller: String, _ options: [String], _ fact: String, _ fix: String) async throws {
      let outcome = try await netns.run(
        caller.split(separator: " ").map(String.init) + [Guest.program, "doctor", "--format", "json"] + options)
      #expect(outcome.status == 1 && outcome.stderr.isEmpty, "\(outcome)")
      #expect(
        try DoctorFinding.all(in: outcome.stdout) == [
          [DoctorFinding("problem", "ipvs", fact, so: "nothing else can be checked here", fix: fix)]
        ])
    }
  }
}

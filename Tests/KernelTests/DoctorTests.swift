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
            DoctorFinding("ok", "ipvs", "IPVS answers, by netlink"),
            DoctorFinding(
              "ok", "ipvs",
              "4 virtual services (1 FWM, 2 TCP, 1 UDP) with 5 real servers (2 Masq, 2 Route, 1 Tunnel)"),
          ])
      }
    }

    @Test func saysThatWithoutThemTheTimeoutsHaveNoEffect() async throws {
      let note = DoctorFinding(
        "note", "ipvs", "there is no virtual service in this network namespace",
        so: "the timeouts have no effect here, for there is nothing that they could rule")
      let answers = DoctorFinding("ok", "ipvs", "IPVS answers, by netlink")
      #expect(try await netns.doctor(about: "ipvs") == [answers, note])
    }

    @Test func tellsTheTimeouts() async throws {
      #expect(
        try await netns.doctor(about: "timeouts") == [
          DoctorFinding("ok", "timeouts", "tcp 900 s, tcpfin 120 s, udp 300 s, which is the kernel's default")
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
            so: "it was built without that protocol, and balances none of its connections")
        ])
    }

    @Test(.withoutModule(.notLoadable)) func saysWhyIPVSDoesNotAnswer() async throws {
      let outcome = try await netns.program("doctor", "--backend", "netlink")
      expect(
        outcome,
        equals: Outcome(
          1,
          """
          problem  ipvs  cannot open IPVS in this network namespace: the kernel's module ip_vs is installed but could \
          not be loaded (No such file or directory, errno 2); run `modprobe -v ip_vs` to see why
                         so: nothing else can be checked here
                         fix: modprobe -v ip_vs

          """))
      try await Guest.output(["modprobe", "-v", "ip_vs"])
      expect(try await netns.program("doctor", "--backend", "netlink").status, equals: 0)
    }

    @Test(.withoutModule(.notLoadable)) func saysThatTheProgramIpvsadmTookItsPlace() async throws {
      let outcome = try await netns.program("doctor")
      #expect(outcome.status == 0)
      #expect(outcome.stderr.hasPrefix("ipvs-timeout: using the program ipvsadm instead of netlink: "), "\(outcome)")
      #expect(
        outcome.stdout.hasPrefix(
          "note     ipvs          IPVS answers only by the program ipvsadm, not by netlink: cannot open IPVS in this network"
            + " namespace: the kernel's module ip_vs is installed but could not be loaded (No such file or directory,"
            + " errno 2); run `modprobe -v ip_vs` to see why\n"
            + "                       so: the timeouts are those of the system that this program talks to, and each reading"
            + " starts it\n"
            + "                       fix: modprobe -v ip_vs\n"), "\(outcome)")
    }

    /// One that speaks of another IPVS than the kernel's: what only the kernel could tell is not made up.
    @Test(.withoutModule(.notLoadable)) func doesNotGuessWhatOnlyTheKernelTells() async throws {
      let answering = try directory.script("ipvsadm", "echo 'Timeout (tcp tcpfin udp): 1 2 3'")
      let outcome = try await netns.program("doctor", "--ipvsadm", answering)
      #expect(outcome.status == 0)
      #expect(
        outcome.stdout.contains(
          "note     ipvs          cannot read the virtual services in this network namespace: the kernel's module ip_vs is"
            + " installed but could not be loaded (No such file or directory, errno 2); run `modprobe -v ip_vs` to see why\n"
            + "                       so: this could not be checked\n"
            + "ok       timeouts      tcp 1 s, tcpfin 2 s, udp 3 s\n"), "\(outcome)")
    }

    @Test(arguments: [
      (
        "setpriv --reuid 65534 --regid 65534 --clear-groups", [],
        "cannot read the timeouts in this network namespace: IPVS requires root or CAP_NET_ADMIN (Operation not permitted, errno 1);"
          + " run it as root, for example with sudo (container: --user 0 --cap-add NET_ADMIN)",
        "sudo ipvs-timeout doctor"
      ),
      (
        "unshare -Ur", [],
        "cannot read the timeouts in this network namespace: root in a user namespace is not root to IPVS"
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
      expect(
        try await netns.run(caller.split(separator: " ").map(String.init) + [Guest.program, "doctor"] + options),
        equals: Outcome(
          1,
          """
          problem  ipvs  \(fact)
                         so: nothing else can be checked here
                         fix: \(fix)

          """))
    }
  }
}

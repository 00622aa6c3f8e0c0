// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// Namespaces that are bound outside of `/run/netns` and `/run/docker/netns`, or only in another mount namespace.
  @Suite(.clearingUp) struct NamespacesElsewhereTests {
    private let netns = Namespace.current
    private let directory = ScratchDirectory.current

    private static let kernelDefault = "Timeout (tcp tcpfin udp): 900 120 300"
    private static let capabilities = "run it as root with the capabilities CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH"

    /// As OpenStack's agents do in containers.
    ///
    /// On the host, `ip netns delete` would end the namespace.
    @Test func areReachedThroughTheProcessThatHasThem() async throws {
      try await Guest.output(["touch", "/run/netns/qrouter-1"])
      try await withMounts("bind /run/netns/qrouter-1") { process in
        let path = "/proc/\(process)/root/run/netns/qrouter-1"
        let advice = "one is bound in the mount namespace of process \(process): `--netns \(path)` reaches it\n"
        expect(
          try await netns.program("show", "--netns", "qrouter-1"),
          equals: Outcome(
            71, "",
            "ipvs-timeout: cannot open IPVS in the network namespace qrouter-1: the file is not a network"
              + " namespace (Invalid argument, errno 22); \(advice)"))
        expect(
          try await netns.program("show", "--netns", "qrouter-1", "--backend", "ipvsadm"),
          equals: Outcome(
            71, "",
            "ipvs-timeout: cannot read the timeouts in the network namespace qrouter-1 with the program"
              + " /usr/sbin/ipvsadm: the file is not a network namespace; \(advice)"))
        for backend in ["netlink", "ipvsadm"] {
          expect(
            try await netns.program("show", "--netns", path, "--backend", backend),
            equals: Outcome(0, "\(path): \(NamespacesElsewhereTests.kernelDefault)\n"))
        }
        expect(
          try await netns.program("show", "--all-netns"),
          equals: Outcome(
            0, ["host", path, "pid 1 (bash)"].map { "\($0): \(NamespacesElsewhereTests.kernelDefault)\n" }.joined()))
        let policy = try directory.write("policy", "qrouter-* 600 - -\n/run/netns/qrouter-1 - - 60\n")
        expect(
          try await netns.program("apply", policy),
          equals: Outcome(0, "\(path): Timeout (tcp tcpfin udp): 600 120 60 (was 900 120 300)\n"))
        expect(try await Neighbours.timeouts(at: path), equals: "600 120 60")
      }
    }

    /// As Docker from a snap does.
    @Test func areThoseOfAnotherDocker() async throws {
      try await withMounts("mkdir -p $0/snap/netns; bind $0/snap/netns/ingress_sbox") { process in
        let inside = "\(directory.path)/snap/netns/ingress_sbox"
        let path = "/proc/\(process)/root\(inside)"
        for name in ["ingress_sbox", inside] {
          for backend in ["netlink", "ipvsadm"] {
            let outcome = try await netns.program("show", "--netns", name, "--backend", backend)
            #expect(outcome.status == 71 && outcome.isOneSentence, "\(outcome)")
            #expect(
              outcome.stderr.hasSuffix(
                "; one is bound in the mount namespace of process \(process): `--netns \(path)` reaches it\n"),
              "\(outcome)")
          }
        }
        try await Guest.output(["nsenter", "--net=\(path)", Guest.ipvsadm, "-A", "-f", "260", "-s", "rr"])
        expect(
          try await netns.program("show", "--in-use"),
          equals: Outcome(0, "\(path): \(NamespacesElsewhereTests.kernelDefault)\n"))
        let policy = try directory.write("policy", "\(directory.path)/snap/netns/* 2h15m - -\n")
        expect(
          try await netns.program("verify", "--policy", policy),
          equals: Outcome(1, "\(path): tcp is 900 s, wanted 8100 s\n"))
        expect(try await netns.program("apply", policy, "--quiet"), equals: Outcome())
        expect(
          try await netns.program("verify", "--policy", policy, "--netns", path),
          equals: Outcome(0, "\(path): Timeout (tcp tcpfin udp): 8100 120 300 (as wanted)\n"))
      }
    }

    /// As Docker with another --exec-root does.
    @Test func areBoundInAnotherDirectory() async throws {
      let path = "\(directory.path)/netns/ingress_sbox"
      try await Guest.output([
        "sh", "-c",
        """
        mkdir "$0/netns"; : >"$0/netns/ingress_sbox"; unshare -n mount --bind /proc/self/ns/net "$0/netns/ingress_sbox"
        ln -s netns "$0/link"
        """, directory.path,
      ])
      let result: Result<Void, any Error>
      do {
        let policy = try directory.write(
          "policy", "\(directory.path)/netns/* 60 - -\n\(directory.path)/link/ingress_sbox - 61 -\nsbox - - 62\n")
        expect(
          try await netns.program("apply", policy),
          equals: Outcome(
            0, "\(path): Timeout (tcp tcpfin udp): 60 61 300 (was 900 120 300)\n",
            "ipvs-timeout: \(policy):3: no network namespace matches \"sbox\"\n"))
        let failure = try await netns.program("show", "--netns", "ingress_sbox")
        #expect(
          failure.stderr.hasSuffix("; one is bound elsewhere: `--netns \(path)` reaches it\n"), "\(failure)")
        let all = try await netns.program("show", "--all-netns")
        #expect(all.stdout.contains("\n\(path): Timeout (tcp tcpfin udp): 60 61 300\n"), "\(all)")
        result = .success(())
      } catch {
        result = .failure(error)
      }
      try await Guest.output(["umount", "-l", path])
      try result.get()
    }

    @Test func areMissedOnlyWithAFailure() async throws {
      try await withMounts("mkdir $0/netns; bind $0/netns/q1; bind $0/netns/q2") { process in
        let path = "/proc/\(process)/root\(directory.path)/netns/q1"
        let caller = ["setpriv", "--bounding-set=-sys_ptrace", "--inh-caps=-sys_ptrace", Guest.program]
        let reason =
          "ipvs-timeout: cannot enter the network namespace \(path) and 1 more, which only another mount namespace has"
          + " bound; \(NamespacesElsewhereTests.capabilities)\n"
        let all = try await netns.run(caller + ["show", "--all-netns"])
        #expect(all.status == 77 && all.stderr.hasSuffix(reason), "\(all)")
        let policy = try directory.write("policy", "host 900 - -\nq* 60 - -\n")
        for command in [["apply", policy], ["verify", "--policy", policy]] {
          let outcome = try await netns.run(caller + command)
          #expect(outcome.status == 77 && outcome.stderr == reason, "\(outcome)")
          #expect(outcome.stdout.hasPrefix("host: Timeout (tcp tcpfin udp): 900 120 300 ("), "\(outcome)")
        }
        // What no line matches is not missed.
        let other = try directory.write("other", "host 900 - -\nhost - - 300\n")
        let outcome = try await netns.run(caller + ["verify", "--policy", other])
        #expect(outcome.status == 0 && outcome.stderr.isEmpty, "\(outcome)")
        let findings = try DoctorFinding.all(in: try await netns.run(caller + ["doctor", "--format", "json"]).stdout)
        #expect(
          findings.joined().contains(
            DoctorFinding(
              "note", "namespaces",
              "cannot enter the network namespace \(path) and 1 more, which only another mount namespace has bound",
              so: "its timeouts are not known",
              fix: "run `ipvs-timeout doctor` as root with the capabilities CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH")),
          "\(findings)")
      }
    }

    /// A /proc may show no more than the numbers of processes.
    @Test func areMissedWhereProcHidesProcesses() async throws {
      let script = """
        mount -t proc -o hidepid=1,gid=4242 proc /proc && exec setpriv --bounding-set=-sys_ptrace --inh-caps=-sys_ptrace "$@"
        """
      let caller = ["unshare", "--mount", "sh", "-c", script, "sh", Guest.program]
      let policy = try directory.write("policy", "host 900 - -\n* 900 - -\nhost - - 300\n")
      let outcome = try await netns.run(caller + ["verify", "--policy", policy, "--quiet"])
      let number = outcome.stderr.split(separator: " ").compactMap { Int($0) }.first ?? 0
      #expect(number > 0)
      expect(
        outcome,
        equals: Outcome(
          77, "",
          "ipvs-timeout: \(policy):2: no network namespace matches \"*\": only this one has such a name, and a line for it"
            + " begins with `host`\n"
            + "ipvs-timeout: cannot see which network namespaces \(number) of the processes have bound, so that some"
            + " namespaces may be missing here; \(NamespacesElsewhereTests.capabilities)\n"))
      let own = try directory.write("own", "host 900 - -\n")
      expect(try await netns.run(caller + ["verify", "--policy", own, "--quiet"]), equals: Outcome())
    }

    /// Does something while another process has its own mount namespace, in which a script has bound namespaces.
    private func withMounts(_ script: String, _ work: @Sendable (Int32) async throws -> Void) async throws {
      let sleep = try await Guest.output(["realpath", "/usr/bin/sleep"]).trimmed
      let bind = #"bind() { : >"$1"; unshare -n mount --bind /proc/self/ns/net "$1"; }"#
      let script = "set -e; \(bind)\n\(script)\nexec sleep 600"
      try await withProcess(
        ["unshare", "--mount", "sh", "-c", script, directory.path], becoming: sleep, work)
    }
  }
}

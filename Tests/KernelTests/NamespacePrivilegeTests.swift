// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// Callers who may not see or not enter other namespaces.
  @Suite(.clearingUp) struct NamespacePrivilegeTests {
    private let netns = Namespace.current

    private static let mayNotEnter =
      "root here may not enter it (Operation not permitted, errno 1); grant CAP_SYS_ADMIN, and also"
      + " CAP_SYS_PTRACE to enter the namespace of a process"
    private static let notRoot =
      "IPVS requires the capability CAP_NET_ADMIN (Operation not permitted, errno 1); run it as root, for example with sudo"

    @Test func mayNotEnterWithoutSysAdmin() async throws {
      _ = try await Neighbours.add("blue", "red")
      let caller = "setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin"
      expect(
        try await run(caller, "show --netns red --netns host --netns blue"),
        equals: Outcome(
          77, "host: Timeout (tcp tcpfin udp): 900 120 300\n",
          ["red", "blue"].map {
            "ipvs-timeout: cannot open IPVS in the network namespace \($0): \(NamespacePrivilegeTests.mayNotEnter)\n"
          }.joined()))
      expect(
        try await run(caller, "show --in-use --netns red"),
        equals: Outcome(
          77, "",
          "ipvs-timeout: cannot look for virtual services and connections in the network namespace red:"
            + " \(NamespacePrivilegeTests.mayNotEnter)\n"))
    }

    @Test func mayNotSeeTheProcessesOfOthersWithoutPtrace() async throws {
      let sleep = try await Guest.output(["realpath", "/usr/bin/sleep"]).trimmed
      let other = ["unshare", "-n", "setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "sleep", "60"]
      try await withProcess(other, becoming: sleep) { process in
        let outcome = try await run("setpriv --bounding-set=-sys_ptrace --inh-caps=-sys_ptrace", "show --all-netns")
        #expect(outcome.status == 77)
        #expect(outcome.stdout.hasPrefix("host: Timeout (tcp tcpfin udp): 900 120 300\n"))
        #expect(!outcome.stdout.contains("\(process)"))
        // Without that capability, root sees no processes of other users, and no processes with more capabilities.
        let number = outcome.stderr.split(separator: " ").compactMap { Int($0) }.first
        #expect(
          outcome.stderr == "ipvs-timeout: cannot see in which network namespaces \(number ?? 0) of the processes live,"
            + " so that some namespaces may be missing here; run it as root with the capability CAP_SYS_PTRACE\n")
        #expect((number ?? 0) >= 1)
      }
    }

    @Test(arguments: ["show --all-netns", "show --netns host --netns red", "set 1 2 3 --all-netns", "show --in-use"])
    func isNotRoot(_ words: String) async throws {
      let red = try await Neighbours.add("red")[0]
      let outcome = try await run("setpriv --reuid 65534 --regid 65534 --clear-groups", words)
      #expect(outcome.status == 77)
      #expect(
        outcome.isOneSentence && outcome.stderr.contains("IPVS requires the capability CAP_NET_ADMIN"), "\(outcome)")
      expect(try await red.timeouts(), equals: "900 120 300")
    }

    /// Docker's directory is for root only.
    @Test(arguments: ["show --all-netns", "check-policy", "apply", "verify"])
    func isNotRootOnAHostWithDocker(_ words: String) async throws {
      _ = try await Neighbours.addForDocker("ingress_sbox")
      try await Guest.output(["sh", "-c", "chmod 700 /run/docker; echo '* 60 - -' >/etc/ipvs-timeout.conf"])
      expect(
        try await run("setpriv --reuid 65534 --regid 65534 --clear-groups", words),
        equals: Outcome(
          77, "",
          "ipvs-timeout: cannot list the network namespaces (/run/netns, /run/docker/netns, /proc): only root may read all"
            + " of them (Permission denied, errno 13); run it as root, for example with sudo\n"))
    }

    /// IPVS asks for the capability, whoever the user is.
    @Test func isNotRootAndHasTheCapability() async throws {
      let caller =
        "setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=+net_admin --ambient-caps=+net_admin"
      expect(try await run(caller, "show"), equals: Outcome(0, "Timeout (tcp tcpfin udp): 900 120 300\n"))
    }

    @Test func isNotRootAndNamesAnother() async throws {
      _ = try await Neighbours.add("blue", "red")
      expect(
        try await run("setpriv --reuid 65534 --regid 65534 --clear-groups", "show --netns red --netns blue"),
        equals: Outcome(
          77, "",
          "ipvs-timeout: cannot open IPVS in the network namespace red: \(NamespacePrivilegeTests.notRoot)\n"))
    }

    private func run(_ caller: String, _ words: String) async throws -> Outcome {
      let split = [caller, words].map { $0.split(separator: " ").map(String.init) }
      return try await netns.run(split[0] + [Guest.program] + split[1])
    }
  }
}

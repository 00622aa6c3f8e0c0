// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// Callers whom the kernel refuses.
  ///
  /// Each gets the reason from the kernel's answer, not a guess.
  @Suite struct PrivilegeTests {
    private let netns = Namespace.current
    private let directory = ScratchDirectory.current

    /// How to become each caller, and the message for it.
    static let callers = [
      (
        "setpriv --reuid 65534 --regid 65534 --clear-groups",
        "IPVS requires the capability CAP_NET_ADMIN (Operation not permitted, errno 1); run it as root, for example with sudo"
          + " (containers: --user 0 --cap-add NET_ADMIN)"
      ),
      (
        "setpriv --bounding-set=-net_admin --inh-caps=-net_admin",
        "root here lacks the capability CAP_NET_ADMIN (Operation not permitted, errno 1); grant it (containers: --cap-add"
          + " NET_ADMIN)"
      ),
      (
        "unshare -Ur",
        "it belongs to another user namespace (Operation not permitted, errno 1); run it as root of the host"
      ),
    ]

    @Test(arguments: callers)
    func areReported(_ caller: String, _ reason: String) async throws {
      let read = "ipvs-timeout: cannot read the timeouts in this network namespace: \(reason)\n"
      let set = "ipvs-timeout: cannot set the timeouts tcp=60 udp=30 in this network namespace: \(reason)\n"
      // The other backend would answer, but it is not used.
      let other = "--ipvsadm \(try answeringProgram())"
      for words in ["show \(other)", "set 60 0 30 \(other)"] {
        expect(try await run(caller, words), equals: Outcome(77, "", read), "\(words)")
      }
      expect(try await run(caller, "-L --timeout"), equals: Outcome(2, "", read))
      expect(try await run(caller, "--set 60 0 30"), equals: Outcome(2, "", set))
      expect(try await netns.timeouts(), equals: "900 120 300")
      #expect(directory.text("called").isEmpty)
    }

    @Test func areReportedFromTheProgramIpvsadmToo() async throws {
      let sentence =
        "in this network namespace with the program /usr/sbin/ipvsadm: it has no permission: \"Can't initialize ipvs: Permission"
        + " denied (you must be root)\"; run it as root of the host, with CAP_NET_ADMIN\n"
      for caller in PrivilegeTests.callers.map(\.0) + ["unshare -Urn"] {
        expect(
          try await run(caller, "show --backend ipvsadm"),
          equals: Outcome(77, "", "ipvs-timeout: cannot read the timeouts \(sentence)"), "\(caller)")
      }
    }

    @Test func mayStillReadTheHelp() async throws {
      let outcome = try await run("setpriv --reuid 65534 --regid 65534 --clear-groups", "--help")
      #expect(outcome.status == 0)
      #expect(outcome.stderr.isEmpty)
    }

    private func run(_ caller: String, _ words: String) async throws -> Outcome {
      let split = [caller, words].map { $0.split(separator: " ").map(String.init) }
      return try await netns.run(split[0] + [Guest.program] + split[1])
    }

    /// A program that would answer like ipvsadm, and records that it was called.
    private func answeringProgram() throws -> String {
      try directory.script("ipvsadm", "echo >>\(directory.path)/called\necho 'Timeout (tcp tcpfin udp): 1 2 3'")
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// Files that become network namespaces, for callers who cannot open every file.
  @Suite(.clearingUp) struct HardeningNamespaceTests {
    private let netns = Namespace.current
    private let directory = ScratchDirectory.current

    /// Root without the capabilities to open what its mode forbids, like the service.
    private static let service = [
      "setpriv", "--bounding-set=-all,+net_admin,+sys_admin,+sys_ptrace", "--inh-caps=-all",
    ]

    /// `ip netns add` makes a file of mode 000 first.
    @Test(arguments: ["netlink", "ipvsadm"])
    func isNoNamespaceYetWhateverTheErrnoOfOpen(_ backend: String) async throws {
      try await Guest.output(["sh", "-c", "umask 777; : > /run/netns/blue"])
      let outcome = try await run("show", "--netns", "blue", "--backend", backend)
      #expect(outcome.status == 71, "\(outcome)")
      #expect(outcome.isOneSentence && outcome.stderr.contains("not a network namespace"), "\(outcome)")
    }

    @Test(arguments: ["blue", "*"])
    func becomesANamespaceWhileApplyLooksForNewOnes(_ pattern: String) async throws {
      try await Guest.output(["sh", "-c", "umask 777; : > /run/netns/blue"])
      let policy = try directory.write("policy", "\(pattern) - - 60\n")
      let command = HardeningNamespaceTests.service + [Guest.program, "apply", policy, "--settle", "2s"]
      let outcome = try await netns.run(command, stoppingAt: "clock_nanosleep", 1, times: 2) { pause in
        guard pause == 1 else { return }
        try await Guest.output(["unshare", "--net=/run/netns/blue", "true"])
      }
      #expect(outcome.status == 0, "\(outcome)")
      #expect(outcome.stdout.contains("blue: Timeout (tcp tcpfin udp): 900 120 60 (was 900 120 300)\n"), "\(outcome)")
      #expect(outcome.stderr.isEmpty, "\(outcome)")
    }

    private func run(_ arguments: String...) async throws -> Outcome {
      try await netns.run(HardeningNamespaceTests.service + [Guest.program] + arguments)
    }
  }
}

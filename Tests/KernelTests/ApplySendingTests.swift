// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// `apply` sends only the timeouts that differ, and nothing if none does.
  ///
  /// So it keeps values that another program writes at the same time.
  @Suite(.clearingUp) struct ApplySendingTests {
    private let netns = Namespace.current
    private let directory = ScratchDirectory.current

    @Test(arguments: [
      ((60, 30, 61), []),
      ((60, 30, 300), [#"\x08\x00\x06\x00\x3d\x00\x00\x00"#]),
      ((900, 30, 61), [#"\x08\x00\x04\x00\x3c\x00\x00\x00"#]),
      ((900, 30, 300), [#"\x08\x00\x04\x00\x3c\x00\x00\x00\x08\x00\x06\x00\x3d\x00\x00\x00"#]),
    ])
    func sendsWhatDiffersAlone(_ before: (Int, Int, Int), _ attributes: [String]) async throws {
      try await netns.set(before.0, before.1, before.2)
      let policy = try directory.write("policy", "host 60 30 61\n")
      let outcome = try await netns.run(
        "strace", "-f", "-xx", "-o", "\(directory.path)/trace", "-e", "trace=network", Guest.program, "apply", policy)
      #expect(outcome.status == 0, "\(outcome)")
      let trace = directory.text("trace").split(separator: "\n").filter { $0.contains("send") }
      // The generic netlink header with the command GET_CONFIG, and with SET_CONFIG.
      #expect(trace.contains { $0.contains(#""\x0d\x01\x00\x00""#) }, "\(trace)")
      let sent = trace.compactMap { line in
        line.split(separator: #""\x0c\x01\x00\x00"#).dropFirst().first.map { String($0.prefix { $0 != "\"" }) }
      }
      #expect(sent == attributes, "\(trace)")
      expect(try await netns.timeouts(), equals: "60 30 61")
    }

    @Test func keepsWhatAnotherProgramWrites() async throws {
      let policy = try directory.write("policy", "host - 30 61\n")
      try await netns.set(900, 30, 300)
      // Requests in order: the family, the timeouts before, the timeouts to set, the timeouts after.
      let outcome = try await netns.run([Guest.program, "apply", policy], stoppingAt: "sendto", 2) {
        // The kernel has reported the timeouts before.
        try await netns.set(111, 31, 0)
      }
      expect(
        outcome,
        equals: Outcome(
          71, "host: Timeout (tcp tcpfin udp): 111 31 61 (was 900 30 300)\n",
          "ipvs-timeout: the timeouts in this network namespace differ from the values just set: tcpfin is 31 s, wanted 30 s;"
            + " another program may have changed them (keepalived, kube-proxy, kube-router: set them there, too), or the kernel lacks the"
            + " protocol\n"))
      expect(try await netns.timeouts(), equals: "111 31 61")
    }
  }
}

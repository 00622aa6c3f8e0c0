// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// A namespace that fails is reported in one sentence and does not stop the others.
  @Suite(.clearingUp) struct NamespaceFailureTests {
    private let netns = Namespace.current
    private let directory = ScratchDirectory.current

    private static let missing =
      "there is no such namespace (No such file or directory, errno 2); run `ipvs-timeout show --all-netns` for a"
      + " list"
    private static func none(_ said: String = "") -> String {
      "the file is not a network namespace\(said); run `ipvs-timeout show --all-netns` for a list"
    }

    @Test func isNoSuchName() async throws {
      for name in ["nosuch", "4194305", "/nowhere/at/all"] {
        try await expectFailure(of: name, NamespaceFailureTests.missing)
      }
    }

    @Test func isAFileThatWasLeftBehind() async throws {
      try await Guest.output(["touch", "/run/netns/leftover"])
      try await expectFailure(of: "leftover", NamespaceFailureTests.none(" (Invalid argument, errno 22)"))
    }

    @Test func isANamespaceOfAnotherKind() async throws {
      try await Guest.output([
        "sh", "-c", "touch /run/netns/uts && mount --bind /proc/self/ns/uts /run/netns/uts",
      ])
      try await expectFailure(of: "uts", NamespaceFailureTests.none(" (Invalid argument, errno 22)"))
    }

    @Test(arguments: ["mkdir", "mkfifo"])
    func isNoFileToOpen(_ command: String) async throws {
      try await Guest.output([command, "/run/netns/other"])
      try await expectFailure(of: "other", NamespaceFailureTests.none())
      try await expectFailure(of: "/dev/null", NamespaceFailureTests.none())
    }

    @Test func isAProcessThatHasEnded() async throws {
      let number = try await Guest.output(["sh", "-c", "echo $$"]).trimmed
      try await expectFailure(of: number, NamespaceFailureTests.missing)
    }

    /// The exit status is the largest one, and each failure has its line.
    @Test func doesNotHideADrift() async throws {
      try await Guest.output(["touch", "/run/netns/leftover"])
      let outcome = try await netns.program(
        "verify", "--tcp", "11", "--netns", "nosuch", "--netns", "host", "--netns", "leftover", "--netns", "host")
      #expect(outcome.status == 71)
      #expect(outcome.stdout == "host: tcp is 900 s, wanted 11 s\n")
      #expect(outcome.stderr.split(separator: "\n").count == 2, "\(outcome)")
      // Nobody has named it.
      let all = try await netns.program("set", "--tcp", "11", "--all-netns")
      #expect(all.status == 0 && all.stderr.isEmpty && !all.stdout.contains("leftover"), "\(all)")
      expect(try await netns.timeouts(), equals: "11 120 300")
      expect(try await Namespace.initial.timeouts(), equals: "11 120 300")
      try await Namespace.initial.set(900, 120, 300)
    }

    @Test func isReportedByTheOtherBackendToo() async throws {
      let red = try await Neighbours.add("red")[0]
      try await Guest.output(["touch", "/run/netns/leftover"])
      let outcome = try await netns.program(
        "show", "--netns", "nosuch", "--netns", "leftover", "--netns", "red", "--backend", "ipvsadm")
      #expect(outcome.stdout == "red: Timeout (tcp tcpfin udp): 900 120 300\n")
      #expect(outcome.status == 71)
      let program = "with the program /usr/sbin/ipvsadm:"
      #expect(
        outcome.stderr == """
          ipvs-timeout: cannot read the timeouts in the network namespace nosuch \(program) there is no such namespace; \
          run `ipvs-timeout show --all-netns` for a list
          ipvs-timeout: cannot read the timeouts in the network namespace leftover \(program) the file is not a network \
          namespace; run `ipvs-timeout show --all-netns` for a list

          """)
      expect(try await red.timeouts(), equals: "900 120 300")
    }

    /// Expects this sentence, and the answer of another namespace before and after it, without waiting.
    private func expectFailure(of name: String, _ reason: String) async throws {
      expect(
        try await netns.run(
          "timeout", "-s", "KILL", "600", Guest.program, "show", "--netns", "host", "--netns", name, "--netns",
          "/proc/1/ns/net"),
        equals: Outcome(
          71,
          "host: Timeout (tcp tcpfin udp): 900 120 300\n/proc/1/ns/net: Timeout (tcp tcpfin udp): 900 120 300\n",
          "ipvs-timeout: cannot open IPVS in the network namespace \(name): \(reason)\n"))
    }
  }
}

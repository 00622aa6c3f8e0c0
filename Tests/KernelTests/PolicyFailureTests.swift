// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// A policy that cannot be used changes nothing.
  ///
  /// A namespace that fails does not stop the others.
  @Suite(.clearingUp) struct PolicyFailureTests {
    private let netns = Namespace.current
    private let directory = ScratchDirectory.current

    static let commands = [["apply"], ["verify", "--policy"], ["check-policy"]]

    @Test(arguments: commands)
    func isAnErrorInThePolicy(_ command: [String]) async throws {
      let policy = try directory.write("policy", "host 1 2 3\nred 60 1.5 -\nblue 1 2\nhost - - 4\n")
      expect(
        try await netns.run([Guest.program] + command + [policy]),
        equals: Outcome(
          78, "",
          """
          ipvs-timeout: \(policy):2:8: "1.5" is not a timeout; write whole seconds (900) or a duration (90s, 15m, 1h30m, \
          2d), from 1 s to 31 days (2678400 s), default, or - or 0 to keep it
          ipvs-timeout: \(policy):3:9: "blue 1 2" lacks udp; write namespace, tcp, tcpfin and udp, with - for a timeout \
          to keep
          ipvs-timeout: nothing was changed, because \(policy) has 2 errors

          """))
      expect(try await netns.timeouts(), equals: "900 120 300")
    }

    @Test(arguments: commands)
    func isAFileThatCannotBeUsed(_ command: [String]) async throws {
      let missing = "\(directory.path)/missing"
      let run = ["timeout", "-s", "KILL", "600", Guest.program] + command
      expect(
        try await netns.run(run + [missing]),
        equals: Outcome(
          78, "",
          "ipvs-timeout: cannot read the policy \(missing): there is no such file (No such file or directory, errno 2);"
            + " create it with lines such as `host 15m - 60s`, or name another file\n"))
      let open = try directory.write("open", "host 1 2 3\n")
      try await Guest.output(["chmod", "o+w", open])
      expect(
        try await netns.run(run + [open]),
        equals: Outcome(
          78, "",
          "ipvs-timeout: cannot read the policy \(open): it is world-writable, so any user could control what root does; review"
            + " it, then run `chmod o-w \(open)`\n"))
      let pipe = "\(directory.path)/pipe"
      try await Guest.output(["mkfifo", pipe])
      for other in [pipe, directory.path] {
        let outcome = try await netns.run(run + [other])
        #expect(outcome.status == 78 && outcome.isOneSentence, "\(outcome)")
      }
      expect(try await netns.timeouts(), equals: "900 120 300")
    }

    @Test func isThatTheUsualFileIsMissing() async throws {
      for command in ["apply", "verify", "check-policy"] {
        let outcome = try await netns.program(command)
        #expect(outcome.status == 78 && outcome.isOneSentence, "\(outcome)")
        #expect(outcome.stderr.contains(" /etc/ipvs-timeout.conf: there is no such file "), "\(outcome)")
      }
    }

    /// A file that an ended namespace has left is no namespace, and hides no drift.
    @Test func isNoFileThatWasLeftBehind() async throws {
      try await Neighbours.add("zebra")[0].set(1, 2, 3)
      try await Guest.output(["touch", "/run/netns/leftover"])
      let policy = try directory.write("policy", "host - - 60\n* - - 60\n")
      expect(
        try await netns.program("verify", "--policy", policy),
        equals: Outcome(1, "host: udp is 300 s, wanted 60 s\nzebra: udp is 3 s, wanted 60 s\n"))
      expect(
        try await netns.program("apply", policy),
        equals: Outcome(
          0,
          "host: Timeout (tcp tcpfin udp): 900 120 60 (was 900 120 300)\n"
            + "zebra: Timeout (tcp tcpfin udp): 1 2 60 (was 1 2 3)\n"))
      expect(try await Namespace(name: "zebra").timeouts(), equals: "1 2 60")
      expect(try await netns.program("verify", "--policy", policy, "--quiet"), equals: Outcome())
    }

    @Test func isANamespaceThatDoesNotStopTheOthers() async throws {
      _ = try await Neighbours.add("zebra")
      try await Guest.output(["touch", "/run/netns/leftover"])
      let policy = try directory.write("policy", "host - - 60\n* - - 60\n")
      let sentence =
        "ipvs-timeout: cannot open IPVS in the network namespace leftover: the file is not a network namespace"
        + " (Invalid argument, errno 22); run `ipvs-timeout show --all-netns` for a list\n"
      let names = ["--netns", "host", "--netns", "leftover", "--netns", "zebra"]
      expect(
        try await netns.run([Guest.program, "apply", policy] + names),
        equals: Outcome(
          71,
          "host: Timeout (tcp tcpfin udp): 900 120 60 (was 900 120 300)\n"
            + "zebra: Timeout (tcp tcpfin udp): 900 120 60 (was 900 120 300)\n", sentence))
      try await netns.set(900, 120, 300)
      expect(
        try await netns.run([Guest.program, "verify", "--policy", policy] + names),
        equals: Outcome(
          71, "host: udp is 300 s, wanted 60 s\nzebra: Timeout (tcp tcpfin udp): 900 120 60 (as wanted)\n", sentence))
    }

    @Test func isACallerWhoIsNotRoot() async throws {
      let policy = try directory.write("policy", "host - - 60\n* - - 60\n")
      _ = try await Neighbours.add("red")
      for command in [["apply"], ["verify", "--policy"]] {
        let outcome = try await netns.run(
          ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", Guest.program] + command + [policy])
        #expect(outcome.status == 77 && outcome.isOneSentence, "\(outcome)")
        #expect(outcome.stderr.contains("IPVS requires the capability CAP_NET_ADMIN"), "\(outcome)")
      }
    }
  }
}

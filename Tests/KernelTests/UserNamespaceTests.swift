// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// Root of a user namespace with its own network namespace, as in an unprivileged container.
  ///
  /// Netlink refuses it. The socket options do not.
  @Suite(.clearingUp) struct UserNamespaceTests {
    private let netns = Namespace.current

    private static let nobody = "setpriv --reuid 65534 --regid 65534 --clear-groups"
    private static let refused = "netlink refuses root of a user namespace (Operation not permitted, errno 1)"
    private static let noLock =
      "ipvs-timeout: cannot lock /run/ipvs-timeout/lock (Permission denied, errno 13), so another change may run at the"
      + " same time; make sure that none does\n"
    private static let noRenewal =
      "ipvs-timeout: cannot renew connections in this network namespace: \(refused); run it as root of the host\n"

    /// The line on standard error, after the operation that netlink has refused.
    private static func remark(_ attempt: String = "read the timeouts", in place: String = "this network namespace")
      -> String
    {
      "ipvs-timeout: using the socket options instead of netlink: cannot \(attempt) in \(place): \(refused)\n"
    }

    @Test(arguments: [
      "", "setpriv --bounding-set=-net_raw --inh-caps=-net_raw",
      "setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin",
    ])
    func setsAndReadsAndVerifies(_ capabilities: String) async throws {
      let remark = UserNamespaceTests.remark()
      expect(
        try await run("-n", "\(capabilities) \"$0\" set 60 30 60 && \(capabilities) \"$0\" && \"$0\" verify 60 30 60"),
        equals: Outcome(
          0,
          """
          Timeout (tcp tcpfin udp): 60 30 60 (was 900 120 300)
          Timeout (tcp tcpfin udp): 60 30 60
          Timeout (tcp tcpfin udp): 60 30 60 (as wanted)

          """, UserNamespaceTests.noLock + remark + remark + remark))
      expect(try await netns.timeouts(), equals: "900 120 300")
      expect(try await Namespace.initial.timeouts(), equals: "900 120 300")
    }

    @Test func hasIpvsadmsForms() async throws {
      expect(
        try await run("-n", "\"$0\" --set 60 0 7 && \"$0\" -L --timeout"),
        equals: Outcome(
          0, "Timeout (tcp tcpfin udp): 60 120 7\n",
          UserNamespaceTests.remark("set the timeouts tcp=60 udp=7") + UserNamespaceTests.remark()))
    }

    /// Each row is what one command writes to standard output, in a namespace with 60 30 60.
    @Test(arguments: [
      ("show --backend sockopt", 0, "Timeout (tcp tcpfin udp): 60 30 60\n"),
      ("show --backend netlink", 77, ""),
      ("verify 60 30 61", 1, "udp is 60 s, wanted 61 s\n"),
      ("set --udp 5 --dry-run", 0, "Timeout (tcp tcpfin udp): 60 30 60 (would become 60 30 5)\n"),
      ("connections", 0, "no connections\n"),
      ("try --udp 5 -- true", 0, "Timeout (tcp tcpfin udp): 60 30 5 (kept; was 60 30 60)\n"),
      ("try --udp 5 -- false", 1, "Timeout (tcp tcpfin udp): 60 30 60 (put back; tried 60 30 5)\n"),
      ("with --udp 5 -- true", 0, "Timeout (tcp tcpfin udp): 60 30 60 (put back; tried 60 30 5)\n"),
    ])
    func answersEachCommand(_ words: String, _ status: Int32, _ output: String) async throws {
      let outcome = try await run("-n", "\"$0\" set 60 30 60 --quiet --backend sockopt 2>/dev/null && \"$0\" \(words)")
      #expect(outcome.status == status && outcome.stdout == output, "\(outcome)")
      #expect(outcome.stderr.contains(UserNamespaceTests.remark()) == !words.contains("--backend"), "\(outcome)")
    }

    @Test func isNamedInJSONAndByTheDoctor() async throws {
      let outcome = try await run("-n", "\"$0\" show --format json && \"$0\" doctor --format json")
      #expect(outcome.stdout.contains(#""backend":"sockopt","timeouts":{"tcp":900,"tcpfin":120,"udp":300}}"#))
      #expect(
        outcome.stdout.contains(
          "IPVS answers via the socket options, not via netlink: cannot read the timeouts in this network namespace:"
            + " \(UserNamespaceTests.refused)"), "\(outcome)")
      #expect(outcome.stderr == UserNamespaceTests.remark() + UserNamespaceTests.remark())
      #expect(outcome.status == 0)
    }

    /// A renewal needs netlink, and nothing is changed before that is known.
    @Test(arguments: [
      "renew", "renew --dry-run", "set 5 5 5 --renew --yes", "set 5 5 5 --renew", "try 5 5 5 --renew --yes -- true",
    ])
    func refusesARenewal(_ words: String) async throws {
      let outcome = try await run("-n", "\"$0\" \(words); status=$?; \"$0\" --backend sockopt; exit $status")
      #expect(outcome.status == 77 && outcome.stdout == "Timeout (tcp tcpfin udp): 900 120 300\n", "\(outcome)")
      #expect(
        outcome.stderr.hasSuffix(UserNamespaceTests.noRenewal)
          && outcome.stderr.split(separator: "\n").count == (words == "renew --dry-run" ? 1 : 2), "\(outcome)")
    }

    /// Network namespaces that this user namespace owns, with its own /run, as in a container.
    @Test func reachesItsOtherNamespaces() async throws {
      let outcome = try await run(
        "-nm",
        """
        mount -t tmpfs none /run && ip netns add blue && ip netns add red || exit
        "$0" set 9 8 7 --netns blue --netns red && "$0" show --netns host --netns blue && echo 'blue 5 6 -' >/run/policy &&
          "$0" apply /run/policy && "$0" verify --policy /run/policy --backend sockopt
        "$0" show --netns red --netns 1
        """)
      expect(
        outcome.stdout,
        equals: """
          blue: Timeout (tcp tcpfin udp): 9 8 7 (was 900 120 300)
          red: Timeout (tcp tcpfin udp): 9 8 7 (was 900 120 300)
          host: Timeout (tcp tcpfin udp): 900 120 300
          blue: Timeout (tcp tcpfin udp): 9 8 7
          blue: Timeout (tcp tcpfin udp): 5 6 7 (was 9 8 7)
          blue: Timeout (tcp tcpfin udp): 5 6 7 (as wanted)
          red: Timeout (tcp tcpfin udp): 9 8 7

          """)
      let lines = [
        UserNamespaceTests.remark(in: "the network namespace blue"), UserNamespaceTests.remark(),
        UserNamespaceTests.remark(in: "the network namespace /run/netns/blue"),
        UserNamespaceTests.remark(in: "the network namespace red"),
        "ipvs-timeout: cannot open IPVS in the network namespace 1: it belongs to another user namespace"
          + " (Permission denied, errno 13); run it as root of the host\n",
      ]
      expect(outcome, equals: Outcome(77, outcome.stdout, lines.joined()))
    }

    /// The first namespace is the host's.
    ///
    /// Each is judged by itself, whichever backend is used.
    ///
    /// `ip netns add` would have to return to it, which is not allowed.
    @Test(arguments: ["auto", "sockopt"])
    func goesOnAfterANamespaceOfTheHost(_ backend: String) async throws {
      let outcome = try await run(
        "-m",
        """
        mount -t tmpfs none /run && mkdir /run/netns && touch /run/netns/blue /run/netns/red || exit
        unshare --net=/run/netns/blue true && unshare --net=/run/netns/red true || exit
        "$0" set 9 8 7 --netns host --netns blue --netns red --backend \(backend)
        "$0" show --netns blue --netns host --netns red --backend \(backend)
        "$0" show --netns host --netns blue --backend netlink
        """)
      let foreign =
        "ipvs-timeout: cannot read the timeouts in this network namespace: it belongs to another user namespace"
        + " (Operation not permitted, errno 1); run it as root of the host\n"
      // Only `auto` has something to remark.
      let remark = backend == "auto" ? UserNamespaceTests.remark(in: "the network namespace blue") : ""
      expect(
        outcome,
        equals: Outcome(
          77,
          """
          blue: Timeout (tcp tcpfin udp): 9 8 7 (was 900 120 300)
          red: Timeout (tcp tcpfin udp): 9 8 7 (was 900 120 300)
          blue: Timeout (tcp tcpfin udp): 9 8 7
          red: Timeout (tcp tcpfin udp): 9 8 7

          """,
          foreign + remark + remark + foreign
            + "ipvs-timeout: cannot read the timeouts in this network namespace: \(UserNamespaceTests.refused); run it as"
            + " root of the host, or with --backend auto in a network namespace that this user namespace owns\n"))
      expect(try await netns.timeouts(), equals: "900 120 300")
    }

    /// Without its own network namespace, it is in a namespace of the host's.
    @Test func hasNoRightsInANamespaceOfTheHost() async throws {
      for backend in ["sockopt", "auto"] {
        expect(
          try await run("", "\"$0\" show --backend \(backend)"),
          equals: Outcome(
            77, "",
            "ipvs-timeout: cannot read the timeouts in this network namespace: it belongs to another user namespace"
              + " (Operation not permitted, errno 1); run it as root of the host\n"), "\(backend)")
      }
    }

    /// Runs a script in new namespaces, with the program as `$0`.
    ///
    /// It is a copy, because nobody may have no access to the directory of the program. One script mounts another /run.
    private func run(_ more: String, _ script: String) async throws -> Outcome {
      let program = "/tmp/ipvs-timeout-for-nobody"
      _ = try await Guest.output(["install", "-m", "755", Guest.program, program])
      return try await netns.run(
        UserNamespaceTests.nobody.split(separator: " ").map(String.init)
          + ["unshare", "-Ur\(more.drop { $0 == "-" })", "sh", "-c", script, program])
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// `ipvs-timeout try` and `with` in several network namespaces: all or none, and restored wherever possible.
  @Suite(.clearingUp) struct TrialNamespacesTests {
    private let netns = Namespace.current
    private let directory = ScratchDirectory.current

    private static let putBack = "Timeout (tcp tcpfin udp): 900 120 300 (put back; tried 900 120 5)\n"

    @Test func setsAll() async throws {
      let (blue, red) = try await blueAndRed()
      let script = "ip netns exec blue \(Guest.ipvsadm) -L --timeout; ip netns exec red \(Guest.ipvsadm) -L --timeout"
      expect(
        try await with(script),
        equals: Outcome(
          0,
          "Timeout (tcp tcpfin udp): 900 120 5\nTimeout (tcp tcpfin udp): 900 120 5\n"
            + "blue: \(TrialNamespacesTests.putBack)red: \(TrialNamespacesTests.putBack)"))
      try await blue.expectEnd("900 120 300")
      try await red.expectEnd("900 120 300")
      expect(try await netns.timeouts(), equals: "900 120 300")
    }

    @Test func setsNoneIfOneCannotBeRead() async throws {
      let (blue, _) = try await blueAndRed()
      let outcome = try await netns.program(
        "try", "--udp", "5s", "--netns", "blue", "--netns", "green", "--", "touch", "\(directory.path)/ran")
      #expect(outcome.status == 71)
      #expect(outcome.stdout.isEmpty)
      #expect(outcome.stderr.contains("network namespace green: there is no such namespace"), "\(outcome)")
      #expect(
        outcome.stderr.hasSuffix(
          "\nipvs-timeout: nothing was set, because a trial sets all of its network namespaces or none\n"), "\(outcome)"
      )
      expect(try await Guest.run(["test", "-e", "\(directory.path)/ran"]).status, equals: 1)
      try await blue.expectEnd("900 120 300")
    }

    @Test func restoresTheOthersIfOneRefuses() async throws {
      let (blue, red) = try await blueAndRed()
      let refusing = try directory.script(
        "ipvsadm",
        """
        if [ "$1" = --set ] && [ "$(stat -L -c %i /proc/$$/ns/net)" = "$(stat -L -c %i /run/netns/red)" ]; then
          echo no >&2; exit 9
        fi
        exec \(Guest.ipvsadm) "$@"
        """)
      let outcome = try await with(
        "touch \(directory.path)/ran", "--backend", "ipvsadm", "--ipvsadm", refusing)
      #expect(outcome.status == 71 && outcome.stderr.contains("failed with status 9: \"no\""), "\(outcome)")
      #expect(outcome.stdout.hasPrefix("blue: \(TrialNamespacesTests.putBack)"), "\(outcome)")
      expect(try await Guest.run(["test", "-e", "\(directory.path)/ran"]).status, equals: 1)
      try await blue.expectEnd("900 120 300")
      try await red.expectEnd("900 120 300")
    }

    @Test func reportsThatOneHasGone() async throws {
      let (_, red) = try await blueAndRed()
      expect(
        try await with("ip netns delete blue"),
        equals: Outcome(
          0, "red: \(TrialNamespacesTests.putBack)",
          "ipvs-timeout: the network namespace blue no longer exists, so there are no timeouts to restore\n"))
      try await red.expectEnd("900 120 300")
    }

    @Test func findsOneByAnotherName() async throws {
      let (blue, _) = try await blueAndRed()
      let script = "touch /run/netns/azure && mount --bind /run/netns/blue /run/netns/azure && ip netns delete blue"
      let outcome = try await with(script)
      #expect(outcome.status == 0 && outcome.stderr.isEmpty, "\(outcome)")
      expect(try await Namespace(name: "azure").timeouts(), equals: "900 120 300")
      _ = blue
    }

    /// The kernel reuses the inode of a namespace that has gone.
    @Test func leavesAnotherWithTheSameInode() async throws {
      _ = try await blueAndRed()
      let outcome = try await with(
        """
        old=$(stat -L -c %i /run/netns/blue); ip netns delete blue
        for try in $(seq 100); do
          sleep 0.1; ip netns add green
          if [ $(stat -L -c %i /run/netns/green) = $old ]; then : >\(directory.path)/same; break; fi
          ip netns delete green
        done
        ip netns exec green \(Guest.ipvsadm) --set 0 0 5
        """)
      expect(try await Guest.run(["test", "-e", "\(directory.path)/same"]).status, equals: 0)
      #expect(outcome.status == 0, "\(outcome)")
      #expect(outcome.stdout == "red: \(TrialNamespacesTests.putBack)", "\(outcome)")
      #expect(outcome.stderr.contains("namespace blue no longer exists"), "\(outcome)")
      expect(try await Namespace(name: "green").timeouts(), equals: "900 120 5")
    }

    @Test func namesItsOwnNamespaceAsOthersDo() async throws {
      let (blue, _) = try await blueAndRed()
      expect(
        try await blue.run(Guest.program, "with", "--udp", "5s", "--", "sh", "-c", "kill -KILL $PPID").status,
        equals: -9)
      let show = try await netns.program("show")
      #expect(show.stderr.contains("did not restore the timeouts in blue (udp 5 s, before 300 s)"), "\(show)")
      expect(try await netns.program("rollback"), equals: Outcome(0, "blue: \(TrialNamespacesTests.putBack)"))
      try await blue.expectEnd("900 120 300")
    }

    @Test func reportsThatThereIsNone() async throws {
      let outcome = try await netns.program("with", "--udp", "5s", "--all-netns", "--in-use", "--", "echo", "ran")
      #expect(outcome.status == 0 && outcome.stdout == "ran\n" && outcome.isErrorOneSentence, "\(outcome)")
      #expect(outcome.stderr.contains("nothing was set"), "\(outcome)")
    }

    /// A namespace that cannot be identified has not gone.
    @Test func keepsTheRecordOfANamespaceThatCannotBeIdentified() async throws {
      let outcome = try await netns.run(
        "strace", "-f", "-o", "/dev/null", "-e", "trace=getsockopt", "-e", "inject=getsockopt:error=ENOMEM:when=2+",
        Guest.program, "with", "--udp", "5s", "--", "true")
      #expect(outcome.status == 71 && outcome.isOneSentence, "\(outcome)")
      #expect(outcome.stderr.contains("Cannot allocate memory, errno 12"), "\(outcome)")
      expect(try await netns.program("rollback").status, equals: 0)
      try await netns.expectEnd("900 120 300")
    }

    @Test func leavesAnotherWithTheSameName() async throws {
      _ = try await blueAndRed()
      // A process keeps the old namespace, so the new one gets another inode.
      let script = """
        old=$(stat -L -c %i /run/netns/blue)
        nsenter --net=/run/netns/blue sleep 20 </dev/null >/dev/null 2>&1 &
        until [ "$(stat -L -c %i /proc/$!/ns/net)" = "$old" ]; do sleep 0.05; done
        echo $! >\(directory.path)/pid
        ip netns delete blue; ip netns add blue
        ip netns exec blue \(Guest.ipvsadm) --set 0 0 5
        """
      let outcome = try await with(script)
      let process = String(directory.text("pid").dropLast())
      // Its name belongs to another namespace now.
      expect(
        outcome,
        equals: Outcome(
          0, "pid \(process) (sleep): \(TrialNamespacesTests.putBack)red: \(TrialNamespacesTests.putBack)"))
      expect(try await Namespace(name: "blue").timeouts(), equals: "900 120 5")
      expect(try await Neighbours.timeouts(at: "/proc/\(process)/ns/net"), equals: "900 120 300")
      try await Guest.output(["kill", process])
    }

    @Test func restoresAfterATrialInManyWasKilled() async throws {
      let (blue, red) = try await blueAndRed()
      let outcome = try await with("kill -KILL $PPID")
      #expect(outcome.status == -9)
      expect(try await red.timeouts(), equals: "900 120 5")
      let show = try await netns.program("show")
      expect(
        show,
        equals: Outcome(
          0, "Timeout (tcp tcpfin udp): 900 120 300\n",
          "ipvs-timeout: an earlier `ipvs-timeout with` did not restore the timeouts in blue (udp 5 s, before 300 s),"
            + " red (udp 5 s, before 300 s); run `ipvs-timeout rollback` to restore them, or `ipvs-timeout rollback --keep`"
            + " to keep the current ones\n"))
      expect(
        try await netns.program("rollback"),
        equals: Outcome(0, "blue: \(TrialNamespacesTests.putBack)red: \(TrialNamespacesTests.putBack)"))
      try await blue.expectEnd("900 120 300")
      try await red.expectEnd("900 120 300")
    }

    @Test func keepsTheTimeoutsOfAKilledTrialIfAsked() async throws {
      let (blue, _) = try await blueAndRed()
      expect(try await with("kill -KILL $PPID").status, equals: -9)
      // The two forms of ipvsadm print only the output of ipvsadm.
      expect(try await netns.program("-L", "--timeout"), equals: Outcome(0, "Timeout (tcp tcpfin udp): 900 120 300\n"))
      for words in [["set", "0", "0", "0"], ["verify", "900", "120", "300"], ["connections"]] {
        #expect(try await netns.run([Guest.program] + words).stderr.hasPrefix("ipvs-timeout: an earlier "), "\(words)")
      }
      expect(try await netns.program("rollback", "--keep"), equals: Outcome())
      try await blue.expectEnd("900 120 5")
      expect(try await netns.program("rollback"), equals: Outcome())
    }

    private func blueAndRed() async throws -> (Namespace, Namespace) {
      let both = try await Neighbours.add("blue", "red")
      return (both[0], both[1])
    }

    /// Sets the timeout udp in both, runs a script, and restores the old one.
    private func with(_ script: String, _ options: String...) async throws -> Outcome {
      let words = ["with", "--udp", "5s", "--netns", "blue", "--netns", "red"] + options
      return try await netns.run([Guest.program] + words + ["--", "sh", "-c", script])
    }
  }
}

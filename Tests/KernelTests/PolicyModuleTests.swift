// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// A kernel that lost the timeouts when its module ip_vs was unloaded gets them from the policy.
  @Suite(.serialized, .clearingUp) struct PolicyModuleTests {
    private let netns = Namespace.current
    private let directory = ScratchDirectory.current

    @Test func restoresTheTimeoutsAfterAReload() async throws {
      let red = try await Neighbours.add("red")[0]
      let policy = try directory.write("policy", "host 60 30 61\nred - - 5\n")
      expect(try await netns.program("apply", policy, "--quiet"), equals: Outcome())
      expect(try await red.timeouts(), equals: "900 120 5")
      try await WithoutModule.unload()
      try await Guest.output(["modprobe", "ip_vs"])
      for namespace in [netns, red] { expect(try await namespace.timeouts(), equals: "900 120 300") }
      expect(
        try await netns.program("apply", policy),
        equals: Outcome(
          0,
          "host: Timeout (tcp tcpfin udp): 60 30 61 (was 900 120 300)\n"
            + "red: Timeout (tcp tcpfin udp): 900 120 5 (was 900 120 300)\n"))
    }

    @Test(.withoutModule(.loadable), arguments: ["netlink", "ipvsadm"])
    func loadsIt(_ backend: String) async throws {
      let red = try await Neighbours.add("red")[0]
      let policy = try directory.write("policy", "red 60 30 61\n")
      expect(try await WithoutModule.isLoaded, equals: false)
      expect(
        try await netns.program("apply", policy, "--backend", backend),
        equals: Outcome(0, "red: Timeout (tcp tcpfin udp): 60 30 61 (was 900 120 300)\n"))
      #expect(try await WithoutModule.isLoaded)
      expect(try await red.timeouts(), equals: "60 30 61")
    }

    @Test(.withoutModule(.notLoadable)) func reportsOnceThatTheModuleIsMissing() async throws {
      _ = try await Neighbours.add("blue", "red")
      let policy = try directory.write("policy", "* 60 30 61\n")
      let outcome = try await netns.program("apply", policy, "--backend", "netlink")
      #expect(outcome.status == 69 && outcome.isOneSentence, "\(outcome)")
      let shown = try await netns.program("show", "--all-netns", "--backend", "netlink")
      #expect(shown.status == 69 && shown.isOneSentence, "\(shown)")
      // Matching lines with namespaces needs no IPVS, and no namespace is in use without it.
      #expect(try await netns.program("check-policy", policy).status == 0)
      expect(try await netns.program("show", "--in-use"), equals: Outcome())
      expect(try await WithoutModule.isLoaded, equals: false)
    }

    @Test(.withoutModule(.notLoadable)) func fallsBackOnceForAllNamespaces() async throws {
      _ = try await Neighbours.add("blue", "red")
      let policy = try directory.write("policy", "* 1 2 3\n")
      let answering = try directory.script("ipvsadm", "echo 'Timeout (tcp tcpfin udp): 1 2 3'")
      expect(
        try await netns.program("apply", policy, "--ipvsadm", answering),
        equals: Outcome(
          0,
          "blue: Timeout (tcp tcpfin udp): 1 2 3 (unchanged)\nred: Timeout (tcp tcpfin udp): 1 2 3 (unchanged)\n",
          "ipvs-timeout: using the program ipvsadm instead of netlink: cannot open IPVS in this network namespace: the"
            + " kernel's module ip_vs is installed but could not be loaded (No such file or directory, errno 2); run"
            + " `modprobe -v ip_vs` to see why\n"))
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// The first call on a kernel that has not loaded ip_vs yet, or cannot.
  @Suite(.serialized) struct ModuleTests {
    private let netns = Namespace.current
    private let directory = ScratchDirectory.current

    private static let opening = "ipvs-timeout: cannot open IPVS in this network namespace:"
    private static let missing = "(No such file or directory, errno 2)"
    private static let notLoaded =
      "\(opening) the kernel's module ip_vs is installed but could not be loaded \(missing); run `modprobe -v ip_vs` to"
      + " see why"
    private static let noIPVS =
      "\(opening) this kernel has no IPVS, neither built in nor as a module in /lib/modules \(missing)"
    private static let install = "install the module, or boot a kernel that has it (CONFIG_IP_VS)"

    @Test(.withoutModule(.loadable), arguments: ["show", "-L --timeout", "show --backend sockopt"])
    func isLoadedByTheFirstCall(_ words: String) async throws {
      let outcome = try await netns.run([Guest.program] + words.split(separator: " ").map(String.init))
      #expect(outcome == Outcome(0, "Timeout (tcp tcpfin udp): 900 120 300\n"))
      #expect(try await WithoutModule.isLoaded)
    }

    @Test(.withoutModule(.loadable)) func isLoadedByTheFirstSetting() async throws {
      let outcome = try await netns.program("set", "60", "30", "60")
      #expect(outcome == Outcome(0, "Timeout (tcp tcpfin udp): 60 30 60 (was 900 120 300)\n"))
      expect(try await netns.timeouts(), equals: "60 30 60")
    }

    @Test(.withoutModule(.loadable)) func isLoadedByTheFirstCallOfAnyUser() async throws {
      let outcome = try await netns.run("setpriv", "--reuid", "65534", "--clear-groups", Guest.program)
      #expect(outcome.status == 77)
      #expect(
        outcome.isOneSentence && outcome.stderr.contains("IPVS requires the capability CAP_NET_ADMIN"), "\(outcome)")
      #expect(try await WithoutModule.isLoaded)
    }

    @Test(.withoutModule(.loadable)) func isNotRequestedAgainOnceLoaded() async throws {
      expect(try await netns.program().status, equals: 0)
      let loader = try directory.script("loader", "echo >>\(directory.path)/called; exec sleep 60")
      try await WithoutModule.setLoader(loader)
      expect(try await netns.program(), equals: Outcome(0, "Timeout (tcp tcpfin udp): 900 120 300\n"))
      #expect(directory.text("called").isEmpty)
    }

    @Test(.withoutModule(.loadable)) func isRequestedOnce() async throws {
      let loader = try directory.script("loader", "echo >>\(directory.path)/called; exit 1")
      try await WithoutModule.setLoader(loader)
      #expect(try await netns.program("show", "--backend", "netlink").status == 69)
      #expect(directory.text("called") == "\n")
    }

    @Test(.withoutModule(.notLoadable)) func cannotBeLoaded() async throws {
      let outcome = Outcome(69, "", ModuleTests.notLoaded + "\n")
      expect(try await netns.program("show", "--backend", "netlink"), equals: outcome)
      expect(try await netns.program("set", "1", "2", "3", "--backend", "netlink"), equals: outcome)
      expect(try await netns.program("show", "--backend", "sockopt"), equals: outcome)
      expect(try await netns.programWithoutIpvsadm("show"), equals: outcome)
      expect(try await netns.programWithoutIpvsadm("set", "60", "30", "60"), equals: outcome)
      expect(try await netns.programWithoutIpvsadm("-L", "--timeout"), equals: Outcome(2, "", outcome.stderr))
      expect(try await netns.programWithoutIpvsadm("--set", "60", "30", "60"), equals: Outcome(2, "", outcome.stderr))
      expect(try await WithoutModule.isLoaded, equals: false)
    }

    @Test(.withoutModule(.hidden)) func isNotVisibleHere() async throws {
      let sentence =
        "\(ModuleTests.opening) IPVS is not loaded, and this kernel's modules are not visible here \(ModuleTests.missing);"
        + " run `modprobe ip_vs` on the host itself, or reboot if the kernel was upgraded\n"
      expect(try await netns.program("show", "--backend", "netlink"), equals: Outcome(69, "", sentence))
    }

    @Test(.withoutModule(.notInstalled)) func isNotInThisKernel() async throws {
      expect(
        try await netns.program("show", "--backend", "netlink"),
        equals: Outcome(69, "", "\(ModuleTests.noIPVS); \(ModuleTests.install)\n")
      )
      // Both errors are reported, and one cure.
      let both =
        "\(ModuleTests.noIPVS), and the program /usr/sbin/ipvsadm cannot either: it finds no IPVS here:"
        + " \"Can't initialize ipvs: Protocol not available\"; \(ModuleTests.install)\n"
      expect(try await netns.program(), equals: Outcome(69, "", both))
      expect(try await netns.program("set", "60", "30", "60"), equals: Outcome(69, "", both))
      expect(try await netns.program("-L", "--timeout"), equals: Outcome(2, "", both))
      expect(try await netns.program("--set", "60", "30", "60"), equals: Outcome(2, "", both))
      expect(
        try await netns.program("show", "--backend", "ipvsadm"),
        equals: Outcome(
          69, "",
          "ipvs-timeout: cannot read the timeouts in this network namespace with the program /usr/sbin/ipvsadm: it"
            + " finds no IPVS here: \"Can't initialize ipvs: Protocol not available\"; run `modprobe ip_vs`, or start the service that this ipvsadm talks to\n"
        ))
    }

    @Test(.withoutModule(.notLoadable)) func mayNoLongerBeLoaded() async throws {
      // The real setting cannot be undone. So the caller sees a file in its place.
      try directory.write("disabled", "1\n")
      let outcome = try await netns.run(
        "unshare", "-m", "sh", "-c",
        "mount --bind \(directory.path)/disabled /proc/sys/kernel/modules_disabled && exec \"$0\" \"$@\"",
        Guest.program, "show", "--backend", "netlink")
      #expect(
        outcome
          == Outcome(
            69, "",
            "\(ModuleTests.opening) ip_vs is not loaded, and loading of kernel modules is disabled"
              + " \(ModuleTests.missing); load ip_vs at boot, before kernel.modules_disabled is set to 1\n"))
    }

    @Test(.withoutModule(.loadable)) func isWaitedForAtMostFiveSeconds() async throws {
      let loader = try directory.script("loader", "echo $$ >>\(directory.path)/loaders; exec sleep 1000")
      let sentence =
        "\(ModuleTests.opening) the kernel did not answer in time; check for a hanging modprobe or a stuck task (`dmesg`),"
        + " then try again\n"
      try await WithoutModule.setLoader(loader)
      // All at the same time, because each of them waits for five seconds.
      let duration = try await ContinuousClock().measure {
        async let show = netns.program()
        async let set = netns.program("set", "--udp", "30")
        async let list = netns.program("-L", "--timeout")
        let outcomes = try await [show, set, list]
        #expect(outcomes == [75, 75, 2].map { Outcome($0, "", sentence) })
      }
      #expect(duration > .seconds(4.9))
      #expect(duration < .seconds(900))
      let loaders = directory.text("loaders").split(separator: "\n").map(String.init)
      #expect(!loaders.isEmpty)
      _ = try await Guest.run(["kill", "-KILL"] + loaders)
    }
  }
}

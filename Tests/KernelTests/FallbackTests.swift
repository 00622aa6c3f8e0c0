// SPDX-License-Identifier: Apache-2.0

import Directors
import IPVS
import SystemPackage
import Testing

extension RealKernel {
  /// `auto`: the program ipvsadm is used if the family is missing, and never otherwise.
  @Suite(.serialized) struct FallbackTests {
    private let netns = Namespace.current
    private let directory = ScratchDirectory.current

    private static let notLoaded =
      "cannot open IPVS in this network namespace: the kernel's module ip_vs is installed but could not be loaded"
      + " (No such file or directory, errno 2)"
    private static let advice = "run `modprobe -v ip_vs` to see why"
    private static let remark = "ipvs-timeout: using the program ipvsadm instead of netlink: \(notLoaded); \(advice)\n"

    @Test(.withoutModule(.notLoadable)) func usesAProgramThatAnswersLikeIpvsadm() async throws {
      let answering = try program("echo 'Timeout (tcp tcpfin udp): 1 2 3'")
      expect(
        try await netns.program("show", "--ipvsadm", answering),
        equals: Outcome(0, "Timeout (tcp tcpfin udp): 1 2 3\n", FallbackTests.remark))
      expect(
        try await netns.program("show", "--ipvsadm", answering, "--format", "json").anonymous,
        equals: Outcome(
          0, #"{"netns":"host","backend":"ipvsadm","timeouts":{"tcp":1,"tcpfin":2,"udp":3}}"# + "\n",
          FallbackTests.remark))
      #expect(directory.text("called") == "-L --timeout\n-L --timeout\n")
      expect(
        try await netns.program("set", "--udp", "3", "--ipvsadm", answering),
        equals: Outcome(0, "Timeout (tcp tcpfin udp): 1 2 3 (unchanged)\n", FallbackTests.remark))
      #expect(directory.text("called").hasSuffix("\n-L --timeout\n--set 0 0 3\n-L --timeout\n"))
    }

    @Test func showsThatAProtocolIsMissing() async throws {
      let answering = try program("echo 'Timeout (tcp tcpfin udp): 900 120 0'")
      let access = ["--backend", "ipvsadm", "--ipvsadm", answering]
      expect(
        try await netns.run([Guest.program, "show"] + access),
        equals: Outcome(0, "Timeout (tcp tcpfin udp): 900 120 -\n"))
      #expect(
        try await netns.run([Guest.program, "show", "--format", "json"] + access).stdout.contains(#""udp":null}"#))
      expect(
        try await netns.run([Guest.program, "verify", "--udp", "30"] + access),
        equals: Outcome(1, "udp is not in this kernel, wanted 30 s\n"))
      let set = try await netns.run([Guest.program, "set", "--udp", "30"] + access)
      #expect(set.status == 71)
      #expect(set.stderr.contains("udp is not in this kernel, wanted 30 s"), "\(set)")
    }

    /// ipvsadm starts modprobe itself, so it can load the module when the kernel could not.
    @Test(
      .withoutModule(.notLoadable),
      arguments: [
        ("show", "Timeout (tcp tcpfin udp): 900 120 300\n"), ("--set 900 120 300", ""),
      ])
    func usesTheRealIpvsadm(_ words: String, _ output: String) async throws {
      expect(
        try await netns.run([Guest.program] + words.split(separator: " ").map(String.init)),
        equals: Outcome(0, output, FallbackTests.remark))
      #expect(try await WithoutModule.isLoaded)
    }

    @Test(.withoutModule(.notLoadable)) func reportsBothErrorsAndBothCures() async throws {
      let failing = try program("exit 1")
      let byHand = "run `\(failing) -L --timeout` by hand to see more"
      let real = "if it is not ipvsadm, name the real one with --ipvsadm"
      func both(_ program: String, _ reason: String, _ advice: String) -> Outcome {
        Outcome(
          69, "",
          "ipvs-timeout: \(FallbackTests.notLoaded), and the program \(program) cannot either: \(reason);"
            + " \(FallbackTests.advice); or \(advice)\n")
      }
      for (body, reason, advice) in [
        (
          "exit 1", "it failed with status 1 and printed no message",
          "\(byHand); if it is DPVS's ipvsadm, change tcp and udp timeouts in dpvs.conf, then send dpvs SIGHUP"
        ),
        ("echo oh >&2; exit 9", "it failed with status 9: \"oh\"", byHand),
        ("kill -KILL $$", "it was killed by signal 9", byHand),
        ("echo no", "it printed \"no\\n\" instead of ipvsadm's line", real),
        ("yes", "it printed far more than ipvsadm does", real),
      ] {
        try program(body)
        expect(try await netns.program("show", "--ipvsadm", failing), equals: both(failing, reason, advice))
      }
      expect(
        try await netns.program("show", "--ipvsadm", "/nowhere"),
        equals: both("/nowhere", "there is no such file", "install ipvsadm, or name its path with --ipvsadm"))
    }

    @Test func reportsThatTheProgramIpvsadmIsMissing() async throws {
      expect(
        try await netns.programWithoutIpvsadm("show", "--backend", "ipvsadm"),
        equals: Outcome(
          69, "",
          "ipvs-timeout: cannot read the timeouts in this network namespace with the program /usr/sbin/ipvsadm or"
            + " /sbin/ipvsadm: there is no such file; install ipvsadm, or name its path with --ipvsadm\n"))
    }

    @Test func refusesToRunItself() async throws {
      let link = "\(directory.path)/ipvsadm"
      try await Guest.output(["ln", "-s", Guest.program, link])
      expect(
        try await netns.program("show", "--backend", "ipvsadm", "--ipvsadm", link),
        equals: Outcome(
          69, "",
          "ipvs-timeout: cannot read the timeouts in this network namespace with the program \(link): it is"
            + " ipvs-timeout itself under that name; name the real ipvsadm with --ipvsadm\n"))
    }

    @Test func isNotUsedWhenTheKernelRefuses() throws {
      // The program accepts a smaller range than the kernel, so only the library can get this far.
      let answering = try program("echo 'Timeout (tcp tcpfin udp): 1 2 3'")
      let wanted = Timeouts(udp: Timeout(held: .max))
      #expect(
        throws: DirectorError.kernel(IPVSError(.valueRefused, .setTimeouts, sending: wanted, errno: .invalidArgument))
      ) {
        var director = try netns.inside { try Director(backend: .auto, ipvsadm: answering) }
        try director.send(wanted)
      }
      #expect(directory.text("called").isEmpty)
    }

    @Test func isNotUsedAfterATimeOut() async throws {
      let answering = try program("echo 'Timeout (tcp tcpfin udp): 1 2 3'")
      let outcome = try await netns.run(
        "strace", "-o", "/dev/null", "-e", "trace=recvfrom,poll", "-e", "inject=recvfrom:error=EAGAIN", "-e",
        "inject=poll:retval=0", Guest.program, "show", "--ipvsadm", answering)
      #expect(outcome.status == 75)
      #expect(outcome.isOneSentence, "\(outcome)")
      #expect(directory.text("called").isEmpty)
    }

    /// A program that replaces ipvsadm and writes down its arguments.
    @discardableResult
    private func program(_ body: String) throws -> String {
      try directory.script("ipvsadm", "echo \"$@\" >>\(directory.path)/called\n\(body)")
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

import IPVS
import SystemPackage
import Testing

@testable import Ipvsadm

/// The sentences for people: the whole text of every cause and command.
@Suite struct IpvsadmErrorDescriptionTests {
  static let attempts: [(IpvsadmCommand, String, String)] = [
    (.list, "read", "/usr/sbin/ipvsadm -L --timeout"),
    (.set(Timeouts(tcp: 60, udp: 90)), "set", "/usr/sbin/ipvsadm --set 60 0 90"),
  ]

  /// The causes with their reasons and the advice, in which `%` stands for the command line.
  static let reasons: [(IpvsadmError.Cause, String, String)] = [
    (.missing, "there is no such file", "install ipvsadm, or name its path with --ipvsadm"),
    (
      .notExecutable(.permissionDenied), "it cannot be executed (Permission denied, errno 13)",
      "check the file, or name another one with --ipvsadm"
    ),
    (.noSuchNamespace, "there is no such namespace", "run `ipvs-timeout show --all-netns` for a list"),
    (
      .notANamespace, "the file is not a network namespace",
      "run `ipvs-timeout show --all-netns` for a list"
    ),
    (.noNsenter, "running it there requires nsenter, which is not in /usr/bin or /bin", "install util-linux"),
    (
      .nested, "ipvs-timeout was itself started as ipvsadm (IPVS_TIMEOUT_BACKEND is set)",
      "let the script named ipvsadm run the real ipvsadm"
    ),
    (.notStarted("no file", advice: "make one"), "it was not started: no file", "make one"),
    (.notStarted("no\nthread"), #"it was not started: no\nthread"#, "raise that limit, then try again"),
    (
      .writableByOthers("/tmp/a\nb"), #"other users can write to /tmp/a\nb, so they could control what it does"#,
      "name with --ipvsadm a program that only root can change, such as /usr/sbin/ipvsadm"
    ),
    (.itself, "it is ipvs-timeout itself under that name", "name the real ipvsadm with --ipvsadm"),
    (
      .unavailable(said: "Can't initialize ipvs: Protocol not available"),
      #"it finds no IPVS here: "Can't initialize ipvs: Protocol not available""#,
      "run `modprobe ip_vs`, or start the service that this ipvsadm talks to"
    ),
    (
      .notPermitted(said: "Can't initialize ipvs: Permission denied (you must be root)"),
      #"it has no permission: "Can't initialize ipvs: Permission denied (you must be root)""#,
      "run it as root of the host, with CAP_NET_ADMIN"
    ),
    (
      .mayNotEnter(said: "nsenter: cannot open /proc/1/ns/net: Permission denied"),
      #"you may not enter the namespace: "nsenter: cannot open /proc/1/ns/net: Permission denied""#,
      "run it as root of the host, with CAP_SYS_ADMIN, and also CAP_SYS_PTRACE to enter the namespace of a process"
    ),
    (
      .dpvs(said: "Are you sure that dpvs is running?"),
      #"it is the ipvsadm of DPVS, which can neither read nor set timeouts: "Are you sure that dpvs is running?""#,
      "change tcp and udp timeouts in dpvs.conf, then send dpvs SIGHUP"
    ),
    (.failed(status: 3, said: ""), "it failed with status 3 and printed no message", "run `%` by hand to see more"),
    (
      .failed(status: 2, said: "no\u{1B}[0m"), #"it failed with status 2: "no\u{1B}[0m""#, "run `%` by hand to see more"
    ),
    (.lost("the reason"), "waiting for it failed (the reason)", "run `%` by hand to see what it does"),
    (.killed(signal: 11), "it was killed by signal 11", "run `%` by hand to see more"),
    (.timedOut, "it did not finish in time and was killed", "run `%` by hand to see where it hangs"),
    (
      .tooMuchOutput, "it printed far more than ipvsadm does",
      "if it is not ipvsadm, name the real one with --ipvsadm"
    ),
    (
      .unreadable(output: ""), "it printed nothing instead of ipvsadm's line",
      "if it is not ipvsadm, name the real one with --ipvsadm"
    ),
    (
      .unreadable(output: "a\nb"), #"it printed "a\nb" instead of ipvsadm's line"#,
      "if it is not ipvsadm, name the real one with --ipvsadm"
    ),
  ]

  @Test(arguments: attempts, reasons)
  func `says what failed, where, with which program, why, and what to do`(
    attempt: (IpvsadmCommand, String, String), cause: (IpvsadmError.Cause, String, String)
  ) {
    let error = IpvsadmError(cause.0, attempt.0, program: "/usr/sbin/ipvsadm")
    let advice = cause.2.split(separator: "%", omittingEmptySubsequences: false).joined(separator: attempt.2)
    #expect(error.reason == cause.1)
    #expect(error.advice == advice)
    #expect(
      error.description
        == "cannot \(attempt.1) the timeouts in this network namespace with the program /usr/sbin/ipvsadm: \(cause.1);"
        + " \(advice)")
  }

  @Test func `thinks of DPVS if the list fails without a word`() {
    let silent = IpvsadmError.Cause.failed(status: 1, said: "")
    #expect(
      IpvsadmError(silent, .list, program: "/usr/sbin/ipvsadm").advice
        == "run `/usr/sbin/ipvsadm -L --timeout` by hand to see more; if it is DPVS's ipvsadm, change tcp and udp timeouts"
        + " in dpvs.conf, then send dpvs SIGHUP")
    #expect(
      IpvsadmError(silent, .set(Timeouts(tcp: 60)), program: "/usr/sbin/ipvsadm").advice
        == "run `/usr/sbin/ipvsadm --set 60 0 0` by hand to see more")
  }

  /// Without the quoted words of ipvsadm, nsenter and the system.
  @Test(arguments: reasons)
  func `has at most 160 characters before the advice`(cause: IpvsadmError.Cause, reason: String, advice: String) {
    let words = reason.split(separator: ": \"")[0]
    #expect(
      "cannot read the timeouts in this network namespace with the program /usr/sbin/ipvsadm: \(words)".count <= 160)
  }

  @Test func `escapes control characters in a path`() {
    #expect(
      IpvsadmError(.missing, .list, program: "/tmp/\u{1B}[2J").description
        == #"cannot read the timeouts in this network namespace with the program /tmp/\u{1B}[2J:"#
        + " there is no such file; install ipvsadm, or name its path with --ipvsadm")
  }

  @Test(
    arguments: [
      (.named("blue"), "blue", "/run/docker/netns/blue", "--net=/run/docker/netns/blue"),
      (.process(7), "pid 7", "/proc/7/ns/net", "--net=/proc/7/ns/net"),
      (.path("/a\u{1B}b"), #"/a\u{1B}b"#, "/a\u{1B}b", #"$'--net=/a\x1bb'"#),
    ] as [(NetworkNamespace, String, FilePath, String)])
  func `names the network namespace, and the command to run by hand`(
    namespace: NetworkNamespace, name: String, entrance: FilePath, shown: String
  ) {
    let program = "/usr/sbin/ipvsadm"
    #expect(
      IpvsadmError(.timedOut, .set(Timeouts(udp: 5)), program: program, in: namespace, by: entrance).description
        == "cannot set the timeouts in the network namespace \(name) with the program \(program): it did not"
        + " finish in time and was killed; run `nsenter \(shown) \(program) --set 0 0 5` by hand to see where it hangs"
    )
    #expect(
      IpvsadmError(.noSuchNamespace, .list, program: program, in: namespace).description
        == "cannot read the timeouts in the network namespace \(name) with the program \(program): there is no such"
        + " namespace; run `ipvs-timeout show --all-netns` for a list")
  }
}

// SPDX-License-Identifier: Apache-2.0

import SystemPackage
import Testing

@testable import IPVS

/// The sentences that people read: the whole text of every code and operation.
@Suite struct IPVSErrorDescriptionTests {
  static let attempts: [(IPVSError.Operation, String)] = [
    (.open, "cannot open IPVS in this network namespace: "),
    (.listNamespaces, "cannot list the network namespaces (/run/netns, /run/docker/netns, /proc): "),
    (.lookForUse, "cannot look for virtual services and connections in this network namespace: "),
    (.readServices, "cannot read the virtual services in this network namespace: "),
    (.readTimeouts, "cannot read the timeouts in this network namespace: "),
    (
      .setTimeouts(Timeouts(tcp: 60, tcpFin: 30, udp: 90)),
      "cannot set the timeouts tcp=60 tcpfin=30 udp=90 in this network namespace: "
    ),
    (.setTimeouts(Timeouts(udp: 5)), "cannot set the timeouts udp=5 in this network namespace: "),
  ]

  static let reasons: [(IPVSError.Code, Errno?, String)] = [
    (
      .notInKernel, .noSuchFileOrDirectory,
      "this kernel has no IPVS, neither built in nor as a module in /lib/modules (No such file or directory, errno 2);"
        + " install the module or boot a kernel that has it (CONFIG_IP_VS)"
    ),
    (
      .modulesNotVisible, .noSuchFileOrDirectory,
      "IPVS is not loaded, and the modules of this kernel are not to be seen here (No such file or directory, errno 2);"
        + " on the host itself, run `modprobe ip_vs`; after an upgrade of the kernel, reboot"
    ),
    (
      .moduleNotLoaded, .noSuchFileOrDirectory,
      "the kernel's module ip_vs is installed but could not be loaded (No such file or directory, errno 2);"
        + " run `modprobe -v ip_vs` to see why"
    ),
    (
      .moduleLoadingDisabled, .noSuchFileOrDirectory,
      "the module ip_vs is not loaded and this kernel loads no more modules (No such file or directory, errno 2);"
        + " load ip_vs at boot, before kernel.modules_disabled is set to 1"
    ),
    (
      .unloaded, .noSuchFileOrDirectory,
      "the module ip_vs has been unloaded meanwhile (No such file or directory, errno 2), and the timeouts with it;"
        + " load it with `modprobe ip_vs` if it is not back, then try again"
    ),
    (
      .noSocketDiagnosis, .noSuchFileOrDirectory,
      "this kernel does not tell of TCP sockets (No such file or directory, errno 2); run `modprobe tcp_diag`, or boot"
        + " a kernel that has it (CONFIG_INET_TCP_DIAG)"
    ),
    (
      .notRoot, .notPermitted,
      "only root may talk to IPVS (Operation not permitted, errno 1); run it as root, for example with sudo"
    ),
    (
      .missingCapability, .notPermitted,
      "root here lacks the capability CAP_NET_ADMIN (Operation not permitted, errno 1);"
        + " add it (containers: --cap-add NET_ADMIN)"
    ),
    (
      .userNamespace, .notPermitted,
      "root inside a user namespace is not root to IPVS (Operation not permitted, errno 1); run it as root of the host"
    ),
    (
      .noSuchNamespace, .noSuchFileOrDirectory,
      "there is no such namespace (No such file or directory, errno 2);"
        + " `ipvs-timeout show --all-netns` names those that there are"
    ),
    (
      .notANamespace, .invalidArgument,
      "it is no network namespace but another file (Invalid argument, errno 22); if one has left it behind, delete it"
        + " (`ip netns delete`)"
    ),
    (
      .mayNotEnter, .notPermitted,
      "root here may not enter it (Operation not permitted, errno 1); that takes the capability CAP_SYS_ADMIN,"
        + " and CAP_SYS_PTRACE for that of a process"
    ),
    (
      .valueRefused, .invalidArgument,
      "the kernel refuses one of the values (Invalid argument, errno 22) and has changed none;"
        + " choose a shorter one (a kernel with HZ=1000 takes up to 2147483 s, 24 days)"
    ),
    (
      .refused, .tooManyOpenFiles,
      "the system refused (Too many open files, errno 24); look for a limit (`ulimit -a`), a security policy or a shortage of memory (`dmesg`)"
    ),
    (
      .refused, nil,
      "the system refused; look for a limit (`ulimit -a`), a security policy or a shortage of memory (`dmesg`)"
    ),
    (
      .timedOut, nil,
      "the kernel gave no answer in time; look for a hanging modprobe or a stuck task (`dmesg`), then try again"
    ),
    (
      .truncatedReply, nil,
      "the kernel's answer was cut short, which is a defect; please report it with `uname -a`"
    ),
    (
      .unexpectedReply, nil,
      "what came was not the answer to the question, which is a defect; please report it with `uname -a`"
    ),
    (.library, nil, "libnl failed, which is a defect; please report it with `uname -a`"),
  ]

  /// How a namespace stands in the sentence, and how to see what it has.
  static let places: [(NetworkNamespace, String, String)] = [
    (.current, "this network namespace", "ipvs-timeout show"),
    (.named("blue"), "the network namespace blue", "ipvs-timeout show --netns blue"),
    (.path("/run/netns/x"), "the network namespace /run/netns/x", "ipvs-timeout show --netns /run/netns/x"),
    (.process(7), "the network namespace pid 7", "ipvs-timeout show --netns 7"),
    (.named("\u{1B}[2J\n"), #"the network namespace \u{1B}[2J\n"#, #"ipvs-timeout show --netns $'\x1b[2J\x0a'"#),
    (.path("/\u{202E}x"), #"the network namespace /\u{202E}x"#, #"ipvs-timeout show --netns $'/\xe2\x80\xaex'"#),
  ]

  @Test(arguments: attempts, reasons)
  func `says what was attempted, where, why not and what to do`(
    attempt: (IPVSError.Operation, String), reason: (IPVSError.Code, Errno?, String)
  ) {
    var sentence = attempt.1 + reason.2
    if case .setTimeouts = attempt.0, [.timedOut, .truncatedReply, .unexpectedReply].contains(reason.0) {
      sentence += "; the timeouts may be set all the same: run `ipvs-timeout show`"
    }
    #expect(IPVSError(reason.0, attempt.0, errno: reason.1).description == sentence)
  }

  /// What is not IPVS' own knows other reasons.
  @Test(
    arguments: [(.readSettings, "the kernel's settings (/proc/sys)"), (.readSockets, "the sockets")]
      as [(IPVSError.Operation, String)],
    [
      (.notRoot, "only root may enter another network namespace", "run it as root, for example with sudo"),
      (
        .userNamespace, "root inside a user namespace may not enter another network namespace",
        "run it as root of the host"
      ),
    ] as [(IPVSError.Code, String, String)])
  func `does not blame IPVS for what it has no part in`(
    attempt: (IPVSError.Operation, String), reason: (IPVSError.Code, String, String)
  ) {
    #expect(
      IPVSError(reason.0, attempt.0, in: .named("blue"), errno: .notPermitted).description
        == "cannot read \(attempt.1) in the network namespace blue: \(reason.1) (Operation not permitted, errno 1);"
        + " \(reason.2)")
  }

  @Test(arguments: places)
  func `says in which network namespace`(namespace: NetworkNamespace, place: String, showing: String) {
    for operation in [.open, .lookForUse, .readTimeouts, .setTimeouts(Timeouts(udp: 5))] as [IPVSError.Operation] {
      #expect(
        IPVSError(.noSuchNamespace, operation, in: namespace).description
          == "cannot \(operation.description) in \(place): there is no such namespace;"
          + " `ipvs-timeout show --all-netns` names those that there are")
    }
    for code in [.timedOut, .truncatedReply, .unexpectedReply] as [IPVSError.Code] {
      let description = IPVSError(code, .setTimeouts(Timeouts(udp: 5)), in: namespace).description
      #expect(description.hasSuffix("; the timeouts may be set all the same: run `\(showing)`"))
    }
  }

  /// To list is about all of them.
  @Test(arguments: places)
  func `names no network namespace where it is about none`(namespace: NetworkNamespace, place: String, showing: String)
  {
    #expect(
      IPVSError(.refused, .listNamespaces, in: namespace, errno: .permissionDenied).description
        == "cannot list the network namespaces (/run/netns, /run/docker/netns, /proc): the system refused"
        + " (Permission denied, errno 13); look for a limit (`ulimit -a`), a security policy or a shortage of memory"
        + " (`dmesg`)")
  }

  @Test func `names a kind of a later version`() {
    #expect(
      IPVSError(.init(rawValue: "of-a-later\nversion"), .open, errno: .noMemory).description
        == #"cannot open IPVS in this network namespace: it failed as "of-a-later\nversion" (Cannot allocate memory,"#
        + " errno 12)")
  }

  @Test func `quotes libnl where libnl failed`() {
    #expect(
      IPVSError(.library, .open, detail: "Out of memory").description
        == "cannot open IPVS in this network namespace: libnl failed (Out of memory), which is a defect;"
        + " please report it with `uname -a`")
  }

  @Test func `the table has every code`() {
    let codes: Set<IPVSError.Code> = [
      .notInKernel, .modulesNotVisible, .moduleNotLoaded, .moduleLoadingDisabled, .unloaded,
      .noSocketDiagnosis, .notRoot, .missingCapability, .userNamespace, .noSuchNamespace, .notANamespace, .mayNotEnter,
      .valueRefused, .refused, .timedOut,
      .truncatedReply, .unexpectedReply, .library,
    ]
    #expect(Set(Self.reasons.map(\.0)) == codes)
    #expect(
      Set(codes.map(\.rawValue)) == [
        "not-in-kernel", "modules-not-visible", "module-not-loaded", "module-loading-disabled", "unloaded",
        "no-socket-diagnosis", "not-root", "missing-capability", "user-namespace", "no-such-namespace",
        "not-a-namespace", "may-not-enter",
        "value-refused", "refused", "timed-out", "truncated-reply", "unexpected-reply", "library",
      ])
  }

  @Test(arguments: reasons)
  func `is one line without a full stop`(code: IPVSError.Code, errno: Errno?, reason: String) {
    let sentence = IPVSError(code, .open, errno: errno).description
    #expect(sentence.last != ".")
    #expect(sentence.split(whereSeparator: \.isNewline).count == 1)
  }
}

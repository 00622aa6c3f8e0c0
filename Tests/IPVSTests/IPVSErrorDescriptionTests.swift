// SPDX-License-Identifier: Apache-2.0

import SystemPackage
import Testing

@testable import IPVS

/// The sentences that people read: the whole text of every code and operation.
@Suite struct IPVSErrorDescriptionTests {
  static let attempts: [(IPVSError.Operation, String)] = [
    (.open, "cannot open IPVS in this network namespace: "),
    (.readTimeouts, "cannot read the timeouts in this network namespace: "),
    (
      .setTimeouts(Timeouts(tcp: 60, tcpfin: 30, udp: 90)),
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
      .foreignReply, nil,
      "what came was not the answer to the question, which is a defect; please report it with `uname -a`"
    ),
    (.library, nil, "libnl failed, which is a defect; please report it with `uname -a`"),
  ]

  @Test(arguments: attempts, reasons)
  func `says what was attempted, where, why not and what to do`(
    attempt: (IPVSError.Operation, String), reason: (IPVSError.Code, Errno?, String)
  ) {
    var sentence = attempt.1 + reason.2
    if case .setTimeouts = attempt.0, [.timedOut, .truncatedReply, .foreignReply].contains(reason.0) {
      sentence += "; the timeouts may be set all the same: run `ipvs-timeout show`"
    }
    #expect(IPVSError(reason.0, attempt.0, errno: reason.1).description == sentence)
  }

  @Test func `quotes libnl where libnl failed`() {
    #expect(
      IPVSError(.library, .open, detail: "Out of memory").description
        == "cannot open IPVS in this network namespace: libnl failed (Out of memory), which is a defect;"
        + " please report it with `uname -a`")
  }

  @Test func `the table has every code`() {
    let codes: Set<IPVSError.Code> = [
      .notInKernel, .moduleNotLoaded, .moduleLoadingDisabled, .unloaded, .notRoot, .missingCapability, .userNamespace,
      .valueRefused, .refused, .timedOut, .truncatedReply, .foreignReply, .library,
    ]
    #expect(Set(Self.reasons.map(\.0)) == codes)
    #expect(
      Set(codes.map(\.rawValue)) == [
        "not-in-kernel", "module-not-loaded", "module-loading-disabled", "unloaded", "not-root", "missing-capability",
        "user-namespace", "value-refused", "refused", "timed-out", "truncated-reply", "foreign-reply", "library",
      ])
  }

  @Test(arguments: reasons)
  func `is one line without a full stop`(code: IPVSError.Code, errno: Errno?, reason: String) {
    let sentence = IPVSError(code, .open, errno: errno).description
    #expect(sentence.last != ".")
    #expect(sentence.split(whereSeparator: \.isNewline).count == 1)
  }
}

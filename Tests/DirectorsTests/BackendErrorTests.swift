// SPDX-License-Identifier: Apache-2.0

import IPVS
import Ipvsadm
import SystemPackage
import Testing

@testable import Directors

@Suite struct BackendErrorTests {
  static let absence = IPVSError(.notInKernel, .open, errno: .noSuchFileOrDirectory)
  static let refusal = ProgramError(.failed(status: 2, said: "no"), .list, program: "/usr/sbin/ipvsadm")

  @Test func `of one backend is that backend's sentence`() {
    #expect(BackendError.netlink(Self.absence).description == Self.absence.description)
    #expect(BackendError.ipvsadm(Self.refusal).description == Self.refusal.description)
  }

  @Test func `of both shows the first and adds the second`() {
    #expect(
      BackendError.both(Self.absence, Self.refusal).description
        == "cannot open IPVS in this network namespace: this kernel has no IPVS, neither built in nor as a module"
        + " in /lib/modules (No such file or directory, errno 2); install the module or boot a kernel that has it (CONFIG_IP_VS); the program"
        + " /usr/sbin/ipvsadm was tried instead: it failed with status 2: \"no\";"
        + " run `/usr/sbin/ipvsadm -L --timeout` by hand to see more")
  }

  @Test(arguments: [.notRoot, .missingCapability, .userNamespace] as [IPVSError.Code])
  func `is about a caller without rights, and not about one namespace that is closed to it`(code: IPVSError.Code) {
    #expect(BackendError.netlink(IPVSError(code, .readTimeouts, errno: .notPermitted)).isAboutCaller)
    #expect(BackendError.netlink(IPVSError(code, .open, in: .named("blue"), errno: .notPermitted)).isAboutCaller)
    #expect(!BackendError.netlink(IPVSError(code, .open, in: .process(1), errno: .permissionDenied)).isAboutCaller)
    #expect(!BackendError.netlink(IPVSError(.mayNotEnter, .open, in: .named("blue"))).isAboutCaller)
  }

  @Test func `is about the caller likewise where the program says it`() {
    func error(_ cause: ProgramError.Cause) -> BackendError { .ipvsadm(ProgramError(cause, .list, program: "/x")) }
    #expect(error(.notPermitted(said: "you must be root")).isAboutCaller)
    #expect(!error(.mayNotEnter(said: "nsenter: no")).isAboutCaller)
  }

  /// Netlink is looked for where the program was started, and the program is run elsewhere.
  @Test func `of both says where the second happened`() {
    #expect(
      BackendError.both(Self.absence, Self.lost).description
        == "\(Self.absence); the program /x was tried instead in the network namespace blue: \(Self.lost.reason)")
  }

  @Test func `keeps the error because of which the program was taken`() {
    #expect(BackendError(Self.refusal, after: .none) == .ipvsadm(Self.refusal))
    #expect(BackendError(Self.refusal, after: .toIpvsadm(because: Self.absence)) == .both(Self.absence, Self.refusal))
    #expect(
      BackendError.ipvsadm(Self.refusal).after(.toIpvsadm(because: Self.absence)) == .both(Self.absence, Self.refusal))
    #expect(BackendError.ipvsadm(Self.refusal).after(.none) == .ipvsadm(Self.refusal))
    #expect(BackendError.netlink(Self.absence).after(.none) == .netlink(Self.absence))
  }

  static let lost = ProgramError(.timedOut, .list, program: "/x", in: .named("blue"))

  @Test func `of a change that was not read back says so, and how to read it`() {
    let wanted = Timeouts(tcp: 60, udp: 5)
    let here = IPVSError(.timedOut, .readTimeouts)
    #expect(
      BackendError.notReadBack(wanted, .netlink(here)).description
        == "the timeouts tcp=60 udp=5 were set, but then: \(here); run `ipvs-timeout show`")
    #expect(
      BackendError.notReadBack(wanted, .ipvsadm(Self.lost)).description
        == "the timeouts tcp=60 udp=5 were set, but then: \(Self.lost); run `ipvs-timeout show --netns blue`")
  }

  @Test(
    arguments: [
      (.netlink(absence), .current),
      (.netlink(IPVSError(.refused, .open, in: .process(7))), .process(7)),
      (.ipvsadm(lost), .named("blue")),
      // It was asked for IPVS where the program was started.
      (.both(absence, lost), .named("blue")),
      (.notReadBack(Timeouts(udp: 5), .netlink(IPVSError(.refused, .readTimeouts, in: .path("/x")))), .path("/x")),
    ] as [(BackendError, NetworkNamespace)])
  func `knows its network namespace`(error: BackendError, namespace: NetworkNamespace) {
    #expect(error.namespace == namespace)
  }

  @Test(
    arguments: [.notRoot, .missingCapability, .userNamespace] as [IPVSError.Code])
  func `would be the same everywhere where it is about who asks`(code: IPVSError.Code) {
    #expect(BackendError.netlink(IPVSError(code, .open, in: .named("blue"))).isAboutCaller)
  }

  @Test(
    arguments: [
      .notInKernel, .modulesNotVisible, .moduleNotLoaded, .moduleLoadingDisabled, .noSuchNamespace, .notANamespace,
      // That of one process may be entered where that of another may not.
      .mayNotEnter, .valueRefused, .refused, .timedOut, .truncatedReply, .foreignReply, .library,
    ] as [IPVSError.Code])
  func `may be otherwise elsewhere`(code: IPVSError.Code) {
    #expect(!BackendError.netlink(IPVSError(code, .open)).isAboutCaller)
  }

  @Test(
    arguments: [
      (.notPermitted(said: "no"), true), (.failed(status: 1, said: "no"), false), (.noSuchNamespace, false),
      (.noNsenter, false), (.missing, false), (.timedOut, false),
    ] as [(ProgramError.Cause, Bool)])
  func `of the program is about who asks where it says so`(cause: ProgramError.Cause, isAboutCaller: Bool) {
    let error = ProgramError(cause, .list, program: "/x")
    #expect(BackendError.ipvsadm(error).isAboutCaller == isAboutCaller)
    #expect(BackendError.both(Self.absence, error).isAboutCaller == isAboutCaller)
    // What was set once is not sent again.
    #expect(!BackendError.notReadBack(Timeouts(udp: 5), .ipvsadm(error)).isAboutCaller)
  }
}

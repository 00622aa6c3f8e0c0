// SPDX-License-Identifier: Apache-2.0

import IPVS
import Ipvsadm
import SystemPackage
import Testing

@testable import Directors

@Suite struct DirectorErrorTests {
  static let absence = IPVSError(.notInKernel, .open, errno: .noSuchFileOrDirectory)
  static let refusal = IpvsadmError(.failed(status: 2, said: "no"), .list, program: "/usr/sbin/ipvsadm")

  @Test func `of one backend is that backend's sentence`() {
    #expect(DirectorError.kernel(Self.absence).description == Self.absence.description)
    #expect(DirectorError.ipvsadm(Self.refusal).description == Self.refusal.description)
  }

  @Test func `of both shows the first and adds the second`() {
    #expect(
      DirectorError.both(Self.absence, Self.refusal).description
        == "cannot open IPVS in this network namespace: this kernel has no IPVS, neither built in nor as a module"
        + " in /lib/modules (No such file or directory, errno 2); install the module or boot a kernel that has it (CONFIG_IP_VS); the program"
        + " /usr/sbin/ipvsadm was tried instead: it failed with status 2: \"no\";"
        + " run `/usr/sbin/ipvsadm -L --timeout` by hand to see more")
  }

  @Test(arguments: [.notRoot, .missingCapability, .userNamespace] as [IPVSError.Code])
  func `is about a caller without rights, and not about one namespace that is closed to it`(code: IPVSError.Code) {
    #expect(DirectorError.kernel(IPVSError(code, .readTimeouts, errno: .notPermitted)).isSameEverywhere)
    #expect(DirectorError.kernel(IPVSError(code, .open, in: .named("blue"), errno: .notPermitted)).isSameEverywhere)
    #expect(!DirectorError.kernel(IPVSError(code, .open, in: .process(1), errno: .permissionDenied)).isSameEverywhere)
    #expect(!DirectorError.kernel(IPVSError(.mayNotEnter, .open, in: .named("blue"))).isSameEverywhere)
  }

  @Test func `is about the caller likewise where the program says it`() {
    func error(_ cause: IpvsadmError.Cause) -> DirectorError { .ipvsadm(IpvsadmError(cause, .list, program: "/x")) }
    #expect(error(.notPermitted(said: "you must be root")).isSameEverywhere)
    #expect(!error(.mayNotEnter(said: "nsenter: no")).isSameEverywhere)
  }

  /// Netlink is looked for where the program was started, and the program is run elsewhere.
  @Test func `of both says where the second happened`() {
    #expect(
      DirectorError.both(Self.absence, Self.lost).description
        == "\(Self.absence); the program /x was tried instead in the network namespace blue: \(Self.lost.reason)")
  }

  @Test func `keeps the error because of which the program was taken`() {
    #expect(DirectorError(Self.refusal, after: .notNeeded) == .ipvsadm(Self.refusal))
    #expect(DirectorError(Self.refusal, after: .toIpvsadm(because: Self.absence)) == .both(Self.absence, Self.refusal))
    #expect(
      DirectorError.ipvsadm(Self.refusal).after(.toIpvsadm(because: Self.absence)) == .both(Self.absence, Self.refusal))
    #expect(DirectorError.ipvsadm(Self.refusal).after(.notNeeded) == .ipvsadm(Self.refusal))
    #expect(DirectorError.kernel(Self.absence).after(.notNeeded) == .kernel(Self.absence))
  }

  static let lost = IpvsadmError(.timedOut, .list, program: "/x", in: .named("blue"))

  @Test func `of a change that was not read back says so, and how to read it`() {
    let wanted = Timeouts(tcp: 60, udp: 5)
    let here = IPVSError(.timedOut, .readTimeouts)
    #expect(
      DirectorError.notReadBack(wanted, .kernel(here)).description
        == "the timeouts tcp=60 udp=5 were set, but then: \(here); run `ipvs-timeout show`")
    #expect(
      DirectorError.notReadBack(wanted, .ipvsadm(Self.lost)).description
        == "the timeouts tcp=60 udp=5 were set, but then: \(Self.lost); run `ipvs-timeout show --netns blue`")
  }

  @Test(
    arguments: [
      (.kernel(absence), .current),
      (.kernel(IPVSError(.refused, .open, in: .process(7))), .process(7)),
      (.ipvsadm(lost), .named("blue")),
      // It was asked for IPVS where the program was started.
      (.both(absence, lost), .named("blue")),
      (.notReadBack(Timeouts(udp: 5), .kernel(IPVSError(.refused, .readTimeouts, in: .path("/x")))), .path("/x")),
    ] as [(DirectorError, NetworkNamespace)])
  func `knows its network namespace`(error: DirectorError, namespace: NetworkNamespace) {
    #expect(error.namespace == namespace)
  }

  @Test(
    arguments: [.notRoot, .missingCapability, .userNamespace] as [IPVSError.Code])
  func `would be the same everywhere where it is about who asks`(code: IPVSError.Code) {
    #expect(DirectorError.kernel(IPVSError(code, .open, in: .named("blue"))).isSameEverywhere)
  }

  @Test(
    arguments: [
      .notInKernel, .modulesNotVisible, .moduleNotLoaded, .moduleLoadingDisabled, .noSuchNamespace, .notANamespace,
      // That of one process may be entered where that of another may not.
      .mayNotEnter, .valueRefused, .refused, .timedOut, .truncatedReply, .unexpectedReply, .library,
    ] as [IPVSError.Code])
  func `may be otherwise elsewhere`(code: IPVSError.Code) {
    #expect(!DirectorError.kernel(IPVSError(code, .open)).isSameEverywhere)
  }

  @Test(
    arguments: [
      (.notPermitted(said: "no"), true), (.failed(status: 1, said: "no"), false), (.noSuchNamespace, false),
      (.noNsenter, false), (.missing, false), (.timedOut, false),
    ] as [(IpvsadmError.Cause, Bool)])
  func `of the program is about who asks where it says so`(cause: IpvsadmError.Cause, isSameEverywhere: Bool) {
    let error = IpvsadmError(cause, .list, program: "/x")
    #expect(DirectorError.ipvsadm(error).isSameEverywhere == isSameEverywhere)
    #expect(DirectorError.both(Self.absence, error).isSameEverywhere == isSameEverywhere)
    // What was set once is not sent again.
    #expect(!DirectorError.notReadBack(Timeouts(udp: 5), .ipvsadm(error)).isSameEverywhere)
  }
}

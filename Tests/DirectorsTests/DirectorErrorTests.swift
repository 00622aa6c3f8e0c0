// SPDX-License-Identifier: Apache-2.0

import IPVS
import Ipvsadm
import SystemPackage
import Testing

@testable import Directors

@Suite struct DirectorErrorTests {
  static let absence = IPVSError(.notInKernel, .open, errno: .noSuchFileOrDirectory)
  static let refusal = IpvsadmError(.failed(status: 2, said: "no"), .list, program: "/usr/sbin/ipvsadm")

  @Test func `of one backend is the sentence of that backend`() {
    #expect(DirectorError.kernel(Self.absence).description == Self.absence.sentence)
    #expect(DirectorError.program(Self.refusal).description == Self.refusal.description)
  }

  @Test func `of both has both reasons and then both cures`() {
    #expect(
      Self.both(Self.refusal).description
        == "cannot open IPVS in this network namespace: this kernel has no IPVS, neither built in nor as a module"
        + " in /lib/modules (No such file or directory, errno 2), and the program /usr/sbin/ipvsadm cannot either: it"
        + " failed with status 2: \"no\"; install the module, or boot a kernel that has it (CONFIG_IP_VS);"
        + " or run `/usr/sbin/ipvsadm -L --timeout` by hand to see more")
  }

  @Test func `of both has one cure if IPVS is not loaded`() {
    let second = IpvsadmError(
      .unavailable(said: "Can't initialize ipvs: Protocol not available"), .list, program: "/usr/sbin/ipvsadm")
    #expect(
      DirectorError(
        .program(second),
        after: .taken(
          from: .netlink, to: .ipvsadm, because: IPVSError(.moduleNotLoaded, .open, errno: .noSuchFileOrDirectory))
      ).description
        == "cannot open IPVS in this network namespace: the kernel's module ip_vs is installed but could not be loaded"
        + " (No such file or directory, errno 2), and the program /usr/sbin/ipvsadm cannot either: it finds no IPVS"
        + " here: \"Can't initialize ipvs: Protocol not available\"; run `modprobe -v ip_vs` to see why")
  }

  @Test(arguments: [.notRoot, .missingCapability, .userNamespace] as [IPVSError.Code])
  func `is about a caller without rights, not about one namespace that refuses it`(code: IPVSError.Code) {
    #expect(DirectorError.kernel(IPVSError(code, .readTimeouts, errno: .notPermitted)).isSameEverywhere)
    #expect(DirectorError.kernel(IPVSError(code, .open, in: .named("blue"), errno: .notPermitted)).isSameEverywhere)
    #expect(!DirectorError.kernel(IPVSError(code, .open, in: .process(1), errno: .permissionDenied)).isSameEverywhere)
    #expect(!DirectorError.kernel(IPVSError(.mayNotEnter, .open, in: .named("blue"))).isSameEverywhere)
  }

  @Test func `is about the caller if the program says so`() {
    func error(_ cause: IpvsadmError.Cause) -> DirectorError { .program(IpvsadmError(cause, .list, program: "/x")) }
    #expect(error(.notPermitted(said: "you must be root")).isSameEverywhere)
    #expect(!error(.mayNotEnter(said: "nsenter: no")).isSameEverywhere)
  }

  /// Netlink is opened in the namespace of this process, and the program runs in another one.
  @Test func `of both names the namespace of the second`() {
    #expect(
      Self.both(Self.lost).description
        == "\(Self.absence), and the program /x cannot either in the network namespace blue: \(Self.lost.reason);"
        + " \(Self.absence.advice ?? ""); or \(Self.lost.advice)")
  }

  /// Another way to the same kernel.
  @Test func `of two ways to the kernel has both reasons and then both cures`() {
    let second = IPVSError(.refused, .readTimeouts, errno: .notPermitted)
    let fallback = Fallback.taken(from: .ipvsadm, to: .netlink, because: Self.absence)
    #expect(
      DirectorError(.kernel(second), after: fallback).description
        == "\(Self.absence), and with netlink: \(second); \(Self.absence.advice ?? ""); or \(second.advice ?? "")")
  }

  /// Netlink refuses the caller everywhere, and the socket options refuse it in this namespace only.
  @Test func `of a namespace of others has the reason of this namespace, and is about it`() {
    let first = IPVSError(.userNamespace, .readTimeouts, in: .named("blue"), errno: .notPermitted)
    let second = IPVSError(.foreignNamespace, .readTimeouts, in: .named("blue"), errno: .notPermitted)
    let error = DirectorError(.kernel(second), after: .taken(from: .netlink, to: .sockopt, because: first))
    #expect(
      error.description
        == "cannot read the timeouts in the network namespace blue: it belongs to another user namespace (Operation not"
        + " permitted, errno 1); run it as root of the host")
    #expect(!error.isSameEverywhere)
  }

  @Test func `keeps the error that caused the fallback`() {
    let error = DirectorError.program(Self.refusal)
    #expect(error.fallbackFrom == nil)
    #expect(error.after(.notNeeded) == error)
    #expect(error.after(Self.fallback) == Self.both(Self.refusal))
    #expect(error.after(Self.fallback).fallbackFrom == Self.absence)
    #expect(error.after(Self.fallback).readingBack(Timeouts(udp: 5)).fallbackFrom == Self.absence)
  }

  static let fallback = Fallback.taken(from: .netlink, to: .ipvsadm, because: absence)

  static func both(_ error: IpvsadmError) -> DirectorError { DirectorError(.program(error), after: fallback) }

  static let lost = IpvsadmError(.timedOut, .list, program: "/x", in: .named("blue"))

  @Test func `of a change that was not read back names the command to read it`() {
    let wanted = Timeouts(tcp: 60, udp: 5)
    let here = IPVSError(.timedOut, .readTimeouts)
    #expect(
      DirectorError.kernel(here).readingBack(wanted).description
        == "the timeouts tcp=60 udp=5 were set, but not read back: \(here.sentence); check with `ipvs-timeout show`")
    #expect(
      DirectorError.program(Self.lost).readingBack(wanted).description
        == "the timeouts tcp=60 udp=5 were set, but not read back: \(Self.lost); check with"
        + " `ipvs-timeout show --netns blue`")
  }

  @Test(
    arguments: [
      (.kernel(absence), .current),
      (.kernel(IPVSError(.refused, .open, in: .process(7))), .process(7)),
      (.program(lost), .named("blue")),
      // IPVS was opened in the namespace of this process.
      (both(lost), .named("blue")),
      (
        DirectorError(.kernel(IPVSError(.refused, .readTimeouts, in: .path("/x"))), wasSet: Timeouts(udp: 5)),
        .path("/x")
      ),
    ] as [(DirectorError, NetworkNamespace)])
  func `knows its network namespace`(error: DirectorError, namespace: NetworkNamespace) {
    #expect(error.namespace == namespace)
  }

  @Test(
    arguments: [.notRoot, .missingCapability, .userNamespace] as [IPVSError.Code])
  func `would be the same everywhere if it is about the caller`(code: IPVSError.Code) {
    #expect(DirectorError.kernel(IPVSError(code, .open, in: .named("blue"))).isSameEverywhere)
  }

  @Test(
    arguments: [
      .notInKernel, .modulesNotVisible, .moduleNotLoaded, .moduleLoadingDisabled, .noSuchNamespace, .notANamespace,
      // The namespace of one process may be entered even if that of another may not.
      .mayNotEnter, .valueRefused, .refused, .answerLost, .timedOut, .truncatedReply, .unexpectedReply, .library,
    ] as [IPVSError.Code])
  func `may differ in other namespaces`(code: IPVSError.Code) {
    #expect(!DirectorError.kernel(IPVSError(code, .open)).isSameEverywhere)
  }

  @Test(
    arguments: [
      (.notPermitted(said: "no"), true), (.failed(status: 1, said: "no"), false), (.noSuchNamespace, false),
      (.noNsenter, false), (.missing, false), (.timedOut, false),
    ] as [(IpvsadmError.Cause, Bool)])
  func `of the program is about the caller only if it says so`(cause: IpvsadmError.Cause, isSameEverywhere: Bool) {
    let error = IpvsadmError(cause, .list, program: "/x")
    #expect(DirectorError.program(error).isSameEverywhere == isSameEverywhere)
    #expect(Self.both(error).isSameEverywhere == isSameEverywhere)
    // A change that was made is not repeated.
    #expect(!DirectorError.program(error).readingBack(Timeouts(udp: 5)).isSameEverywhere)
  }
}

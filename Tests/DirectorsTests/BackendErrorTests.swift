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

  @Test func `keeps the error because of which the program was taken`() {
    #expect(BackendError(Self.refusal, after: .none) == .ipvsadm(Self.refusal))
    #expect(BackendError(Self.refusal, after: .toIpvsadm(because: Self.absence)) == .both(Self.absence, Self.refusal))
    #expect(
      BackendError.ipvsadm(Self.refusal).after(.toIpvsadm(because: Self.absence)) == .both(Self.absence, Self.refusal))
    #expect(BackendError.ipvsadm(Self.refusal).after(.none) == .ipvsadm(Self.refusal))
    #expect(BackendError.netlink(Self.absence).after(.none) == .netlink(Self.absence))
  }
}

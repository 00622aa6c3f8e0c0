// SPDX-License-Identifier: Apache-2.0

import Directors
import IPVS
import Ipvsadm
import SystemPackage
import Testing

@testable import Doctor

/// The fix for each way in which IPVS can fail to answer; it goes with the advice in the error's own sentence.
@Suite struct DirectorErrorFixTests {
  static let fixes: [(IPVSError.Code, String)] = [
    (.notRoot, "sudo ipvs-timeout doctor"),
    (
      .missingCapability,
      "run `ipvs-timeout doctor` as root with the capability CAP_NET_ADMIN (containers: --cap-add NET_ADMIN)"
    ),
    (.userNamespace, "run `ipvs-timeout doctor` as root of the host"),
    (.foreignNamespace, "run `ipvs-timeout doctor` as root of the host"),
    (
      .mayNotEnter,
      "run `ipvs-timeout doctor` as root of the host, with the capabilities CAP_SYS_ADMIN and CAP_SYS_PTRACE"
    ),
    (
      .notInKernel,
      "boot a kernel that has IPVS; to see which installed ones do: `grep CONFIG_IP_VS= /boot/config-*`"
    ),
    (.modulesNotVisible, "on the host itself: `modprobe ip_vs`"),
    (.moduleNotLoaded, "modprobe -v ip_vs"),
    (.moduleLoadingDisabled, "echo ip_vs >/etc/modules-load.d/ip_vs.conf && reboot"),
    (.unloaded, "modprobe ip_vs"),
    (.noSuchNamespace, "ipvs-timeout show --all-netns"),
    (.refused, "dmesg | tail -n 20"),
    (.answerLost, "dmesg | tail -n 20"),
    (.timedOut, "dmesg | tail -n 20"),
    (.unexpectedReply, "report it, with the output of `uname -a`"),
  ]

  @Test(arguments: fixes)
  func `is for what netlink says`(code: IPVSError.Code, fix: String) {
    let error = IPVSError(code, .open)
    #expect(DirectorError.kernel(error).fix.text == fix)
    let second = IpvsadmError(.timedOut, .list, program: "/usr/sbin/ipvsadm")
    #expect(
      DirectorError(.program(second), after: .taken(from: .netlink, to: .ipvsadm, because: error)).fix.text == fix)
  }

  static let programFixes: [(IpvsadmError.Cause, String)] = [
    (.notPermitted(said: "no"), "run `ipvs-timeout doctor --backend ipvsadm` as root of the host"),
    (.mayNotEnter(said: "no"), "run `ipvs-timeout doctor --backend ipvsadm` as root of the host"),
    (.unavailable(said: "no"), "modprobe ip_vs"),
    (.noSuchNamespace, "ipvs-timeout show --all-netns"),
    (.missing, "ipvs-timeout doctor --backend netlink"),
    (.timedOut, "ipvs-timeout doctor --backend netlink"),
  ]

  @Test(arguments: programFixes)
  func `is for what the program says`(cause: IpvsadmError.Cause, fix: String) {
    #expect(DirectorError.program(IpvsadmError(cause, .list, program: "/usr/sbin/ipvsadm")).fix.text == fix)
  }

  @Test func `names the network namespace`() {
    let blue = NetworkNamespace.named("blue")
    #expect(
      DirectorError.kernel(IPVSError(.notRoot, .readTimeouts, in: blue)).fix.text
        == "sudo ipvs-timeout doctor --netns blue"
    )
    let program = IpvsadmError(.missing, .list, program: "/ipvsadm", in: .process(12))
    #expect(DirectorError.program(program).fix.text == "ipvs-timeout doctor --netns 12 --backend netlink")
  }
}

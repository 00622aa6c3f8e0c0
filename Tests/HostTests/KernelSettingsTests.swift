// SPDX-License-Identifier: Apache-2.0

import IPVS
import SystemPackage
import Testing

@testable import Host

@Suite struct KernelSettingsTests {
  @Test func `are read from the kernel`() throws {
    let settings = try KernelSettings(in: .current)
    #expect(try #require(settings[.tcpKeepaliveTime]) > 0)
  }

  @Test func `are not those of a namespace that is not there`() {
    let nowhere = NetworkNamespace.path("/nowhere/net")
    #expect(throws: IPVSError(.noSuchNamespace, .readSettings, in: nowhere, errno: .noSuchFileOrDirectory)) {
      try KernelSettings(in: nowhere)
    }
  }

  @Test func `may be missing, or no number`() {
    #expect(KernelSettings([:])[.tcpKeepaliveTime] == nil)
    #expect(KernelSettings([.tcpKeepaliveTime: "many"])[.tcpKeepaliveTime] == nil)
    #expect(KernelSettings([.tcpKeepaliveTime: "many"]).text(.tcpKeepaliveTime) == "many")
  }
}

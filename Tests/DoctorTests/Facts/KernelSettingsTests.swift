// SPDX-License-Identifier: Apache-2.0

import IPVS
import Linux
import SystemPackage
import TestSupport
import Testing

@testable import Doctor

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

  @Test(arguments: [("1\n", "1"), ("32768\t60999\n", "32768\t60999"), ("\n", nil), ("", nil), ("8080,40000-400", nil)])
  func `are read whole or not at all`(text: String, whole: String?) {
    #expect(KernelSettings.whole(text) == whole)
  }

  @Test func `have room for every second port`() throws {
    let reserved = stride(from: 10_001, through: 65_535, by: 2).map(String.init).joined(separator: ",")
    let netns = try ForeignNamespace()
    try NamespaceThread.run(in: [netns.path]) {
      let file = try? FileDescriptor.open("/proc/sys/net/ipv4/ip_local_reserved_ports", .writeOnly)
      _ = try? file?.closeAfter { try file?.writeAll(reserved.utf8) }
    }
    #expect(try KernelSettings(in: .path(netns.path)).text(.localReservedPorts) == reserved)
  }

  @Test func `are no numbers with which sums overflow`() {
    #expect(KernelSettings([.tcpKeepaliveTime: "2147483647"])[.tcpKeepaliveTime] == 2_147_483_647)
    #expect(KernelSettings([.tcpKeepaliveTime: "9223372036854775807"])[.tcpKeepaliveTime] == nil)
  }

  @Test func `may be missing, or no number`() {
    #expect(KernelSettings([:])[.tcpKeepaliveTime] == nil)
    #expect(KernelSettings([.tcpKeepaliveTime: "many"])[.tcpKeepaliveTime] == nil)
    #expect(KernelSettings([.tcpKeepaliveTime: "many"]).text(.tcpKeepaliveTime) == "many")
  }
}

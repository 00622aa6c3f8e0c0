// SPDX-License-Identifier: Apache-2.0

import Foundation
import IPVS
import SystemPackage
import TestSupport
import Testing

@testable import Doctor

/// The files that the service ipvsadm loads at boot.
@Suite struct SavedRulesTests {
  static let texts: [(String, Timeouts)] = [
    ("-A -t 192.0.2.1:80 -s rr\n--set 60 30 45\n", Timeouts(tcp: 60, tcpFin: 30, udp: 45)),
    ("  --set 0 30 0 # comment\n", Timeouts(tcpFin: 30)),
    ("--set 1 2 3\n--set 0 0 4\n", Timeouts(tcp: 1, tcpFin: 2, udp: 4)),
    ("--set 1 2\n--set a b c\n-A -t 192.0.2.1:80\n", Timeouts()),
  ]

  @Test(arguments: texts)
  func `set timeouts`(text: String, timeouts: Timeouts) {
    #expect(SavedRules.timeouts(in: text) == timeouts)
  }

  @Test func `are restored where the service is enabled`() async throws {
    try await withTemporaryDirectory { root in
      #expect(SavedRules.all(below: root).isEmpty)
      try write("--set 60 30 45\n", root, "etc/ipvsadm.rules")
      try write("AUTO=\"false\"\n", root, "etc/default/ipvsadm")
      let timeouts = Timeouts(tcp: 60, tcpFin: 30, udp: 45)
      #expect(
        SavedRules.all(below: root) == [SavedRules(path: "/etc/ipvsadm.rules", timeouts: timeouts, isRestored: false)])
      try write("# a comment\nAUTO=\"true\"\n", root, "etc/default/ipvsadm")
      #expect(SavedRules.all(below: root).map(\.isRestored) == [true])
      // Red Hat's file needs the unit.
      try write("--set 1 2 3\n", root, "etc/sysconfig/ipvsadm")
      #expect(SavedRules.all(below: root).map(\.isRestored) == [true, false])
      for name in ["run/systemd/system/x", "usr/lib/systemd/system/ipvsadm.service"] { try write("", root, name) }
      try write("", root, "etc/systemd/system/multi-user.target.wants/ipvsadm.service")
      #expect(SavedRules.all(below: root).map(\.isRestored) == [true, true])
    }
  }

  private func write(_ text: String, _ root: FilePath, _ name: String) throws {
    let path = root.appending(name)
    try FileManager.default.createDirectory(
      atPath: path.removingLastComponent().string, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(fileURLWithPath: path.string))
  }
}

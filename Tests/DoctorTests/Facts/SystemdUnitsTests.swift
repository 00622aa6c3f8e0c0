// SPDX-License-Identifier: Apache-2.0

import Doctor
import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite struct SystemdUnitsTests {
  @Test func `are enabled, installed or absent`() async throws {
    try await withTemporaryDirectory { root in
      try make(root, "run/systemd/system/x")
      for name in ["own.timer", "linked.service", "lone.path"] { try make(root, "usr/lib/systemd/system/\(name)") }
      try make(root, "etc/systemd/system/timers.target.wants/own.timer")
      try make(root, "etc/systemd/system/multi-user.target.requires/lone.path")
      try make(root, "etc/systemd/system/sysinit.target.wants/gone.service")
      let link = root.appending("etc/systemd/system/linked.wants/linked.service")
      try make(root, "etc/systemd/system/linked.wants/x")
      try FileManager.default.createSymbolicLink(
        atPath: link.string, withDestinationPath: root.appending("usr/lib/systemd/system/linked.service").string)
      let names = ["own.timer", "linked.service", "lone.path", "gone.service", "other.service"]
      let units = try #require(SystemdUnits(named: names, below: root))
      #expect(names.map(units.state) == [.enabled, .enabled, .installed, .absent, .absent])
    }
  }

  @Test func `are nothing where systemd does not run`() async throws {
    try await withTemporaryDirectory { root in
      try make(root, "etc/systemd/system/timers.target.wants/own.timer")
      #expect(SystemdUnits(named: ["own.timer"], below: root) == nil)
    }
  }

  /// Makes an empty file, and the directories above it.
  private func make(_ root: FilePath, _ name: String) throws {
    let path = root.appending(name)
    try FileManager.default.createDirectory(
      atPath: path.removingLastComponent().string, withIntermediateDirectories: true)
    try #require(FileManager.default.createFile(atPath: path.string, contents: nil))
  }
}

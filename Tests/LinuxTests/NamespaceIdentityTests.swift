// SPDX-License-Identifier: Apache-2.0

import Foundation
import Linux
import SystemPackage
import TestSupport
import Testing

@Suite struct NamespaceIdentityTests {
  @Test func `is the same for two files of one namespace, and another for another`() throws {
    let foreign = try ForeignNamespace()
    let own = try NamespaceIdentity("/proc/self/ns/net")
    #expect(try NamespaceIdentity("/proc/thread-self/ns/net") == own)
    #expect(try NamespaceIdentity(foreign.path) != own)
    #expect(try NamespaceIdentity("/proc/self/ns/mnt") != own)
    #expect(try Set([own, NamespaceIdentity("/proc/self/ns/net")]).count == 1)
  }

  @Test func `is that of a process`() throws {
    let foreign = try ForeignNamespace()
    #expect(try NamespaceIdentity(ofProcess: getpid()) == NamespaceIdentity("/proc/self/ns/net"))
    #expect(try NamespaceIdentity(ofProcess: getpid(), "mnt") == NamespaceIdentity("/proc/self/ns/mnt"))
    #expect(
      try NamespaceIdentity(ofProcess: foreign.process)
        == NamespaceIdentity(FilePath("/proc/\(foreign.process)/ns/net")))
  }

  @Test(
    arguments: [
      (0, "net"), (-1, "net"), (.min, "net"), (.max, "net"), (getpid(), "none"),
      (getpid(), String(repeating: "n", count: 33)),
    ] as [(Int32, String)])
  func `is none without the process or the kind`(process: Int32, kind: String) {
    #expect(throws: Errno.noSuchFileOrDirectory) { try NamespaceIdentity(ofProcess: process, kind) }
  }

  @Test func `tells files of one number on two devices apart`() throws {
    let (proc, sys) = (try number(of: "/proc"), try number(of: "/sys"))
    // The roots of both have the number 1.
    #expect(proc == sys)
    #expect(try NamespaceIdentity("/proc") != NamespaceIdentity("/sys"))
  }

  @Test(arguments: [("/no/such", .noSuchFileOrDirectory), ("/dev/null/x", .notDirectory)] as [(String, Errno)])
  func `is not there where the file is not`(path: String, errno: Errno) {
    #expect(throws: errno) { try NamespaceIdentity(FilePath(path)) }
  }

  private func number(of path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? Int
  }
}

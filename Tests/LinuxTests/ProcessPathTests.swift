// SPDX-License-Identifier: Apache-2.0

import Linux
import SystemPackage
import TestSupport
import Testing

/// Paths below the root directory of a process.
@Suite struct ProcessPathTests {
  @Test(
    arguments: [
      ("/proc/1234/root/run/netns/blue", 1234, "/run/netns/blue"),
      ("/proc/1/root/x", 1, "/x"),
      ("/proc/12/root/a b\n", 12, "/a b\n"),
    ] as [(FilePath, Int32, FilePath)])
  func `are read and written`(path: FilePath, process: Int32, inside: FilePath) {
    #expect(ProcessPath(path) == ProcessPath(of: process, inside))
    #expect(ProcessPath(path)?.process == process)
    #expect(ProcessPath(path)?.inside == inside)
    #expect(ProcessPath(of: process, inside).path == path)
  }

  @Test(
    arguments: [
      "/proc/1234/ns/net", "/proc/1234/root", "/proc/self/root/x", "/proc/-1/root/x", "/proc/0/root/x", "/proc//root/x",
      "/proc/99999999999/root/x", "/proc/1x/root/x", "proc/1/root/x", "/run/netns/blue", "/", "", "/proc/+1/root/x",
    ] as [FilePath])
  func `are no others`(path: FilePath) {
    #expect(ProcessPath(path) == nil)
  }

  @Test func `are resolved as the process resolves them`() async throws {
    try await withTemporaryDirectory { directory in
      let foreign = try ForeignMounts(
        in: directory,
        """
        bind there; ln -s "$0/there" link; ln -s ../../../../../../../../../../proc/1/ns/net out; ln -s /proc/1/ns/net net
        mkfifo pipe; : > file
        """)
      let there = foreign.path(directory.appending("there"))
      let identity = try NamespaceIdentity(there)
      #expect(try identity != NamespaceIdentity("/proc/self/ns/net"))
      // The link is absolute, and in the directory of this process there is no such file.
      #expect(throws: Errno.noSuchFileOrDirectory) { try NamespaceIdentity(directory.appending("there")) }
      let link = foreign.path(directory.appending("link"))
      #expect(try NamespaceIdentity(link) == identity)
      for file in [there, link] {
        #expect(try NamespaceThread.run(in: [file]) { try? NamespaceIdentity("/proc/thread-self/ns/net") } == identity)
      }
      // A container cannot lead a caller to the network namespace of the host.
      for name in ["out", "net"] as [FilePath.Component] {
        let path = foreign.path(directory.appending(name))
        #expect(throws: Errno.self) { try NamespaceIdentity(path) }
        #expect(throws: NamespaceError.self) { try NamespaceThread.run(in: [path]) {} }
      }
      #expect(throws: NamespaceError.notANamespace(nil)) {
        try NamespaceThread.run(in: [foreign.path(directory.appending("pipe"))]) {}
      }
      #expect(throws: NamespaceError.notANamespace(.invalidArgument)) {
        try NamespaceThread.run(in: [foreign.path(directory.appending("file"))]) {}
      }
      // Whoever writes such a path means the link.
      let own = FilePath("/proc/\(foreign.process)/root/proc/\(foreign.process)/ns/net")
      #expect(try NamespaceIdentity(own) == NamespaceIdentity(FilePath("/proc/\(foreign.process)/ns/net")))
    }
  }
}

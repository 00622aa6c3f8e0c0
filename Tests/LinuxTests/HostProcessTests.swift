// SPDX-License-Identifier: Apache-2.0

import Glibc
import SystemPackage
import Testing

@testable import Linux

@Suite struct HostProcessTests {
  @Test func `is found by its name, with its arguments, its parent and its namespace`() throws {
    let words = CommandLine.arguments
    let name = try #require(words[0].split(separator: "/").last.map(String.init))
    let own = try #require(try HostProcess.running { $0 == name }.first { $0.number == getpid() })
    #expect(own.name == name)
    #expect(own.arguments == Array(words.dropFirst()))
    #expect(own.parent == getppid())
    #expect(try own.namespace == NamespaceIdentity("/proc/self/ns/net"))
  }

  @Test func `is root's if all of its users are root`() async throws {
    #expect(HostProcess.isOfRoot(getpid()) == (geteuid() == 0 && getuid() == 0))
    #expect(!HostProcess.isOfRoot(0))
    guard geteuid() == 0 else { return }
    // Effective and saved user, and then its own user namespace, in which it is root.
    for command in [
      ["setpriv", "--ruid=65534", "--clear-groups", "sleep", "60"],
      ["setpriv", "--reuid=65534", "--clear-groups", "sleep", "60"],
      ["unshare", "--user", "--map-root-user", "sleep", "60"],
    ] {
      var number = pid_t()
      var words = command.map { strdup($0) } + [nil]
      defer { for word in words { free(word) } }
      try #require(posix_spawnp(&number, command[0], nil, nil, &words, environ) == 0)
      defer {
        kill(number, SIGKILL)
        waitpid(number, nil, 0)
      }
      var isSleeping = false
      while !isSleeping { isSleeping = ProcessTable.commandName(of: number) == "sleep" }
      #expect(!HostProcess.isOfRoot(number), "\(command)")
    }
  }

  @Test(arguments: [
    ("0\t0\t0\t0", true), ("0\t0\t0\t0\t0", false), ("0\t0\t0", false), ("0\t0\t0\t1000", false),
    ("1000\t0\t0\t0", false),
    ("00\t0\t0\t0", false),
  ])
  func `is root's by the users in its status`(users: String, isOfRoot: Bool) {
    // The kernel writes a line break in a name as two characters.
    #expect(HostProcess.isOfRoot(status: "Name:\tx\\nUid:\nUid:\t\(users)\nGid:\t0\t0\t0\t0\n") == isOfRoot)
    #expect(!HostProcess.isOfRoot(status: "Name:\tUid:\t\(users)\n"))
  }

  @Test func `has memory if it is no kernel thread`() throws {
    #expect(HostProcess.hasMemory(status: try FileReader.kernelText(of: "/proc/self/status")))
    #expect(!HostProcess.hasMemory(status: "Name:\tkthreadd\nUid:\t0\t0\t0\t0\nThreads:\t1\n"))
    #expect(!HostProcess.hasMemory(status: "Name:\tVmSize:\n"))
  }

  @Test func `is not found by a different name`() throws {
    #expect(try HostProcess.running { $0 == "no-such-program" }.isEmpty)
    // Kernel threads have no arguments.
    #expect(try HostProcess.running { ["", "kthreadd"].contains($0) }.isEmpty)
  }
}

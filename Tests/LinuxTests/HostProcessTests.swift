// SPDX-License-Identifier: Apache-2.0

import Glibc
import SystemPackage
import Testing

@testable import Linux

@Suite struct HostProcessTests {
  @Test func `is found by its name, with its arguments, its parent and its namespace`() throws {
    let words = CommandLine.arguments
    let name = try #require(words[0].split(separator: "/").last.map(String.init))
    let own = try #require(try HostProcess.running(named: [name]).first { $0.number == getpid() })
    #expect(own.name == name)
    #expect(own.arguments == Array(words.dropFirst()))
    #expect(own.parent == getppid())
    #expect(try own.namespace == NamespaceIdentity("/proc/self/ns/net"))
  }

  @Test func `is not found by a different name`() throws {
    #expect(try HostProcess.running(named: ["no-such-program"]).isEmpty)
    // Kernel threads have no arguments.
    #expect(try HostProcess.running(named: ["", "kthreadd"]).isEmpty)
  }
}

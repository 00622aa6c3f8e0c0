// SPDX-License-Identifier: Apache-2.0

import SystemPackage
import TestSupport
import Testing

@testable import Linux

@Suite struct ProcessFilesTests {
  @Test func `are below the root of the process`() async throws {
    try await withTemporaryDirectory { root in
      try root.appending(["etc", "b"]).write("two")
      try root.appending(["etc", "a"]).write("one")
      let files = ProcessFiles(root: root, directory: root.appending("etc"))
      #expect(try files.text(at: files.location(of: "/etc/a")) == "one")
      #expect(try files.text(at: files.location(of: "b")) == "two")
      #expect(try files.text(at: files.location(of: "etc/b", from: root)) == "two")
      #expect(files.matches(of: "/etc/*") == [root.appending(["etc", "a"]), root.appending(["etc", "b"])])
      #expect(files.matches(of: "{b,a,c}") == [root.appending(["etc", "b"]), root.appending(["etc", "a"])])
      #expect(files.matches(of: "/nowhere/*").isEmpty)
      #expect(throws: Errno.noSuchFileOrDirectory) { try files.text(at: files.location(of: "/b")) }
    }
  }

  @Test func `are read as far as they can be a configuration`() async throws {
    try await withTemporaryDirectory { root in
      let files = ProcessFiles(root: root, directory: root)
      let long = String(repeating: "x", count: 1_048_576)
      try root.appending("long").write(long)
      #expect(try files.text(at: root.appending("long")) == long)
      try root.appending("longer").write(long + "y")
      #expect(throws: Errno.fileTooLarge) { try files.text(at: root.appending("longer")) }
      #expect(throws: Errno.fileTooLarge) { try files.text(at: "/dev/zero") }
      #expect(throws: Errno.isDirectory) { try files.text(at: root) }
    }
  }
}

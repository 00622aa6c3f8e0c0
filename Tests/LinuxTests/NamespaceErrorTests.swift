// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Linux
import SystemPackage
import TestSupport
import Testing

/// Files that are no network namespace.
@Suite struct NamespaceErrorTests {
  @Test(
    arguments: [
      ("/no/such", .notOpened(.noSuchFileOrDirectory)),
      ("", .notOpened(.noSuchFileOrDirectory)),
      ("/dev/null/x", .notOpened(.notDirectory)),
      (String(repeating: "x", count: 300), .notOpened(.fileNameTooLong)),
      ("/", .notANamespace(nil)),
      ("/dev/null", .notANamespace(nil)),
      // It would hang to open it.
      ("/dev/tty", .notANamespace(nil)),
      // A namespace of another kind.
      ("/proc/self/ns/mnt", .notANamespace(.invalidArgument)),
      ("/proc/self/status", .notANamespace(.invalidArgument)),
    ] as [(String, NamespaceError)])
  func `is the reason`(path: String, error: NamespaceError) {
    #expect(throws: error) { try visit(FilePath(path)) }
  }

  @Test func `a plain file is none`() async throws {
    try await withTemporaryDirectory { directory in
      let file = directory.appending("file")
      try Data().write(to: URL(filePath: file.string))
      #expect(throws: NamespaceError.notANamespace(.invalidArgument)) { try visit(file) }
    }
  }

  @Test func `a named pipe is none, and nobody waits for its other end`() async throws {
    try await withTemporaryDirectory { directory in
      let pipe = directory.appending("pipe")
      try #require(mkfifo(pipe.string, 0o600) == 0)
      #expect(throws: NamespaceError.notANamespace(nil)) { try visit(pipe) }
    }
  }

  @Test func `a link is what it leads to`() async throws {
    try await withTemporaryDirectory { directory in
      let link = directory.appending("link")
      try FileManager.default.createSymbolicLink(atPath: link.string, withDestinationPath: "/no/such")
      #expect(throws: NamespaceError.notOpened(.noSuchFileOrDirectory)) { try visit(link) }
      try FileManager.default.removeItem(atPath: link.string)
      try FileManager.default.createSymbolicLink(atPath: link.string, withDestinationPath: "/proc/self/ns/net")
      let own = try NamespaceIdentity("/proc/thread-self/ns/net")
      #expect(try NamespaceThread.run(in: [link]) { try? NamespaceIdentity("/proc/thread-self/ns/net") } == own)
    }
  }

  private func visit(_ path: FilePath) throws(NamespaceError) {
    try NamespaceThread.run(in: [path]) { _ = Issue.record("it was entered") }
  }
}

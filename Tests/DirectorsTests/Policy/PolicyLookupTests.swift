// SPDX-License-Identifier: Apache-2.0

import Directors
import Glibc
import IPVS
import SystemPackage
import TestSupport
import Testing

/// Looking up the paths that a policy names.
@Suite struct PolicyLookupTests {
  private static func files(_ pattern: String, within time: Duration = .seconds(60)) throws -> [FilePath] {
    try #require(NamespacePattern(pattern)).filesElsewhere(until: .now + time)
  }

  @Test func `finds the files of a pattern, or none`() async throws {
    try await withTemporaryDirectory { path in
      for name in ["a", "b", "{c}"] { try path.appending(name).write("") }
      #expect(try Self.files("\(path)/[ab]") == ["a", "b"].map { path.appending($0) })
      #expect(try Self.files("\(path)/{*}") == [path.appending("{c}")])
      #expect(try Self.files("\(path)/a") == [path.appending("a")])
      for none in ["no/such", "no/*", "a/b", "a/*", "*/b", String(repeating: "n", count: 300)] {
        #expect(try Self.files("\(path)/\(none)").isEmpty)
      }
      #expect(try Self.files("/run/netns/*").isEmpty && Self.files("blue").isEmpty)
    }
  }

  @Test func `fails if the files are not known`() async throws {
    try await withTemporaryDirectory { path in
      try #require(symlink("loop", path.appending("loop").string) == 0)
      for pattern in ["loop/x", "loop/*", "*/x"] {
        #expect(throws: Errno.tooManySymbolicLinkLevels) { try Self.files("\(path)/\(pattern)") }
      }
      for pattern in ["x", "*"] {
        #expect(throws: Errno.timedOut) { try Self.files("\(path)/\(pattern)", within: .zero) }
      }
      for number in 0...10_000 {
        try #require(close(open(path.appending("\(number)").string, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600)) == 0)
      }
      #expect(throws: Errno.fileTooLarge) { try Self.files("\(path)/*") }
    }
  }

  @Test(
    arguments: [
      (.timedOut, "the files did not answer within 5 s", "write fewer wildcards, or check the mounts (`findmnt`)"),
      (.fileTooLarge, "there are more than 10000 files", "write fewer wildcards"),
      (
        .permissionDenied, "Permission denied, errno 13",
        "run it as root with the capability CAP_DAC_READ_SEARCH"
      ),
      (.ioError, "Input/output error, errno 5", "check the path (`namei -l`), or write another one"),
    ] as [(Errno, String, String)])
  func `the failure names the line, the pattern and the reason`(
    reason: Errno, words: String, advice: String
  ) throws {
    let policy = try PolicyFile(parsing: Array("host 1 2 3\n/x/* 1 2 3\n".utf8), path: "/p")
    let line = UnreadPolicyLine(path: policy.path, line: policy.lines[1], reason: reason)
    #expect(line.failure == #"/p:2: cannot look up "/x/*" (\#(words))"#)
    #expect(line.advice == advice)
    #expect(line.wasTried)
  }

  @Test func `a line that was not tried has not failed`() throws {
    let policy = try PolicyFile(parsing: Array("host 1 2 3\n/x/* 1 2 3\n".utf8), path: "/p")
    let line = UnreadPolicyLine(path: policy.path, line: policy.lines[1], reason: .canceled)
    #expect(line.failure == #"/p:2: "/x/*" was not tried: other lines took the 5 s for all of them"#)
    #expect(line.advice == "write fewer wildcards, or check the mounts (`findmnt`)")
    #expect(!line.wasTried)
  }

  @Test func `the lines that could not be looked up are returned`() async throws {
    try await withTemporaryDirectory { path in
      try #require(symlink("loop", path.appending("loop").string) == 0)
      let text = "host 1 2 3\n\(path)/no* 1 2 3\n\(path)/loop/* 1 2 3\n"
      let policy = try PolicyFile(parsing: Array(text.utf8), path: "/p")
      var list = try NamespaceList(includingProcesses: false)
      #expect(
        list.add(boundBy: policy)
          == [UnreadPolicyLine(path: "/p", line: policy.lines[2], reason: .tooManySymbolicLinkLevels)])
    }
  }
}

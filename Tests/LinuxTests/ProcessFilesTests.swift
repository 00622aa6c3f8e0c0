// SPDX-License-Identifier: Apache-2.0

import Glibc
import SystemPackage
import TestSupport
import Testing

@testable import Linux

@Suite struct ProcessFilesTests {
  private func text(_ path: String, _ files: ProcessFiles, atMost limit: Int = 1000) throws -> String? {
    switch try files.find(path, atMost: limit) {
    case .file(let file): String(decoding: file.bytes, as: UTF8.self)
    case .program(let file): "program " + String(decoding: file.bytes, as: UTF8.self)
    case .other: nil
    }
  }

  @Test func `are below the root of the process`() async throws {
    try await withTemporaryDirectory { root in
      try root.appending(["etc", "b"]).write("two")
      try root.appending(["etc", "a"]).write("one")
      let files = ProcessFiles(root: root, directory: nil)
      #expect(try text("/etc/a", files) == "one")
      #expect(try text("/../../etc/../etc/b", files) == "two")
      #expect(throws: Errno.noSuchFileOrDirectory) { try text("/b", files) }
      // No link leads out of it, absolute or relative.
      #expect(symlink("/etc/a", root.appending("absolute").string) == 0)
      #expect(symlink("../../../../../../etc/a", root.appending("up").string) == 0)
      #expect(try text("/absolute", files) == "one")
      #expect(try text("/up", files) == "one")
      #expect(symlink("loop", root.appending("loop").string) == 0)
      #expect(throws: Errno.tooManySymbolicLinkLevels) { try text("/loop", files) }
    }
  }

  @Test(arguments: [
    ("/etc/*", ["/etc/a", "/etc/b"]), ("/{etc/b,etc/a,etc/c}", ["/etc/b", "/etc/a"]), ("/nowhere/*", []),
    ("/*/a", ["/d/a", "/etc/a"]), ("/etc/[ab]", ["/etc/a", "/etc/b"]), ("/etc/[!a]", ["/etc/b"]),
    ("/etc/?", ["/etc/a", "/etc/b"]),
    ("/etc/.*", ["/etc/.hidden"]), ("/etc/{a,{b,c}}", ["/etc/a", "/etc/b"]), ("/d/{}", ["/d/{}"]), ("/d/{x", ["/d/{x"]),
    ("/d/{{x,a}", ["/d/{x"]), ("/d/{{},a}", ["/d/{}", "/d/a"]), ("/etc/{a}}", []),
    ("/{etc/{b,a},d/a}", ["/etc/b", "/etc/a", "/d/a"]),
    ("/d/x\\*", ["/d/x*"]), ("/d/{x\\,y,a}", ["/d/x,y", "/d/a"]), ("/etc/a/b", []), ("//etc//a", ["/etc/a"]),
    ("/", [""]),
    ("/etc/[", []), ("/e{t,}c/a", ["/etc/a"]), ("/dangling", ["/dangling"]),
  ])
  func `are found by a pattern`(_ pattern: String, _ wanted: [String]) async throws {
    try await withTemporaryDirectory { root in
      for path in ["etc/a", "etc/b", "etc/.hidden", "d/a", "d/{}", "d/{x", "d/x*", "d/x,y"] {
        try root.pushing(FilePath(path)).write("")
      }
      #expect(symlink("nowhere", root.appending("dangling").string) == 0)
      #expect(try ProcessFiles(root: root, directory: nil).matches(of: pattern) == wanted)
    }
  }

  @Test func `with a combining mark after the slash are absolute`() {
    #expect(ProcessFiles.absolute("/\u{324}x", from: "/d") == "/\u{324}x")
    #expect(ProcessFiles.absolute("x", from: "/") == "/x")
  }

  @Test func `are limited in number`() async throws {
    try await withTemporaryDirectory { root in
      let files = ProcessFiles(root: root, directory: nil)
      let braces = String(repeating: "{a,b}", count: 100)
      #expect(throws: Errno.fileTooLarge) { try files.matches(of: "/\(braces)") }
      // 2^26 patterns, commas only, and a text that is longer than any path.
      for pattern in [
        String(repeating: "{a,b}", count: 26), "{" + String(repeating: ",", count: 3000) + "}",
        "{" + String(repeating: ",", count: 900) + "}{,}",
      ] {
        #expect(throws: Errno.fileTooLarge) { try files.matches(of: "/\(pattern)") }
      }
      #expect(throws: Errno.fileNameTooLong) {
        try files.matches(of: "/{" + String(repeating: ",", count: 60_000) + "}")
      }
      #expect(
        try files.matches(of: "/{" + String(repeating: ",", count: 900) + "}") == Array(repeating: "", count: 901))
      let late = ProcessFiles(root: root, directory: nil, until: .now)
      #expect(throws: Errno.timedOut) { try late.matches(of: "/*") }
      #expect(throws: Errno.timedOut) { try text("/", late) }
      for text in ["{", "{,"] {
        let open = "/\(String(repeating: text, count: 500))"
        let found = try files.matches(of: open)
        #expect(found.isEmpty)
      }
      // 512 patterns, and in each of them thousands of braces that have no end.
      let open = String(repeating: "{a,b}", count: 9) + String(repeating: "{", count: 3900)
      #expect(try files.matches(of: "/\(open)").isEmpty)
    }
  }

  @Test func `are regular and limited in size`() async throws {
    try await withTemporaryDirectory { root in
      let files = ProcessFiles(root: root, directory: nil)
      try root.appending("long").write(String(repeating: "x", count: 1000))
      #expect(try text("/long", files)?.utf8.count == 1000)
      #expect(throws: Errno.fileTooLarge) { try text("/long", files, atMost: 999) }
      #expect(try text("/", files) == nil)
      #expect(mkfifo(root.appending("fifo").string, 0o644) == 0)
      #expect(try text("/fifo", files) == nil)
      try root.appending("program").write("x")
      #expect(chmod(root.appending("program").string, 0o755) == 0)
      #expect(try text("/program", files) == "program x")
      let host = ProcessFiles(root: "/", directory: nil)
      #expect(try text("/dev/zero", host) == nil)
      // stat(2) reports regular files, and reading some of them has effects.
      #expect(try text("/proc/self/environ", host) == nil)
      #expect(try text("/sys/devices/system/cpu/online", host) == nil)
    }
  }

  @Test func `of a process belong to its root and its directory`() throws {
    let own = ProcessFiles(of: getpid())
    #expect(own.directory == FileReader.linkTarget(of: "/proc/self/cwd"))
    #expect(own.identity(of: "/etc") == (try NamespaceIdentity("/etc")))
    #expect(own.changeOfDirectory("/etc") != nil)
    #expect(own.changeOfDirectory("/etc/passwd") == nil)
    #expect(ProcessFiles(of: 0).directory == nil)
    #expect(ProcessFiles.absolute("a", from: "/") == "/a")
    #expect(ProcessFiles.absolute("a", from: "/b") == "/b/a")
    #expect(ProcessFiles.absolute("/a", from: nil) == "/a")
    #expect(ProcessFiles.absolute("a", from: nil) == nil)
  }

  @Test func `a process has a start time and may have memory files`() async throws {
    let own = HostProcess(getpid(), "x", in: nil)
    let started = try #require(own.started)
    let now = try #require(WallTime(ofChangeAt: "/proc/self"))
    #expect(try #require(WallTime.boot) < started)
    #expect(started < now.later(bySeconds: 5))
    // The boot time is computed each time.
    let again = try #require(ProcessState.start(of: getpid()))
    #expect(abs(started.nanoseconds - again.nanoseconds) < 1_000_000_000)
    #expect(own.changeOfMemoryFile("no such file") == nil)
    #expect(own.hostName?.isEmpty == false)
    #expect(HostProcess(0, "x", in: nil).started == nil)
    #expect(HostProcess(0, "x", in: nil).hostName == nil)
  }
}

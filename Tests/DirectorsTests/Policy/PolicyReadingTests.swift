// SPDX-License-Identifier: Apache-2.0

import Foundation
import IPVS
import SystemPackage
import TestSupport
import Testing

@testable import Directors

/// Files that can be read as a policy, and files that cannot.
@Suite struct PolicyReadingTests {
  @Test(arguments: [0o600, 0o644, 0o664, 0o400, 0o000, 0o755] as [mode_t])
  func `is read`(mode: mode_t) async throws {
    try await withPolicy(mode: mode) { path in
      // If the tests do not run as root, they may not read a file that its owner may not read.
      guard mode & 0o400 != 0 || geteuid() == 0 else {
        #expect(throws: PolicyError.unreadable(path, .refused(.permissionDenied))) { try PolicyFile(contentsOf: path) }
        return
      }
      let policy = try PolicyFile(contentsOf: path)
      #expect(policy.path == path)
      #expect(policy.rows == [Row(1, "host", Timeouts(tcp: 1, tcpFin: 2, udp: 3))])
    }
  }

  @Test func `is read through symbolic links`() async throws {
    try await withPolicy { path in
      let link = path.removingLastComponent().appending("link")
      try FileManager.default.createSymbolicLink(atPath: link.string, withDestinationPath: path.string)
      #expect(try PolicyFile(contentsOf: link).lines.count == 1)
      let broken = path.removingLastComponent().appending("broken")
      try FileManager.default.createSymbolicLink(atPath: broken.string, withDestinationPath: "/no/such/file")
      #expect(throws: PolicyError.unreadable(broken, .refused(.noSuchFileOrDirectory))) {
        try PolicyFile(contentsOf: broken)
      }
    }
  }

  @Test func `has a path of any bytes`() async throws {
    try await withPolicy { path in
      let odd = FilePath(platformString: path.string.utf8CString.dropLast() + [CChar(bitPattern: 0xFF), 0x0A, 0])
      try #require(path.withPlatformString { old in odd.withPlatformString { rename(old, $0) } } == 0)
      // FileManager cannot remove such a file with its directory.
      defer { odd.withPlatformString { _ = unlink($0) } }
      let policy = try PolicyFile(contentsOf: odd)
      #expect(policy.path == odd)
      #expect(policy.lines.count == 1)
    }
  }

  @Test func `has its mistakes reported with its name`() async throws {
    try await withPolicy("host 1 2\nx/y 1 2 3") { path in
      let error = #expect(throws: PolicyError.self) { try PolicyFile(contentsOf: path) }
      guard case .mistakes(let mistakes, more: 0) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(mistakes.map(\.path) == [path, path])
      #expect(mistakes.map(\.line) == [1, 2])
      #expect(error?.description == mistakes.map(\.description).joined(separator: "\n"))
    }
  }

  @Test(
    arguments: [
      ("/no/such/policy", .refused(.noSuchFileOrDirectory)),
      ("", .refused(.noSuchFileOrDirectory)),
      ("/dev/null/policy", .refused(.notDirectory)),
      // stat(2) reports regular files, and opening or reading some of them has effects.
      ("/proc/sys/net/ipv4/route/flush", .notRegular),
      ("/proc/self/mem", .notRegular),
      ("/sys/devices/system/cpu/online", .notRegular),
      ("/", .notRegular),
      ("/dev/null", .notRegular),
      ("/dev/zero", .notRegular),
    ] as [(FilePath, PolicyObstacle)])
  func `cannot be read`(path: FilePath, obstacle: PolicyObstacle) {
    #expect(throws: PolicyError.unreadable(path, obstacle)) { try PolicyFile(contentsOf: path) }
  }

  @Test func `is not an endless chain of links`() async throws {
    try await withTemporaryDirectory { directory in
      let path = directory.appending("loop")
      try FileManager.default.createSymbolicLink(atPath: path.string, withDestinationPath: path.string)
      #expect(throws: PolicyError.unreadable(path, .refused(.tooManySymbolicLinkLevels))) {
        try PolicyFile(contentsOf: path)
      }
    }
  }

  @Test func `is not a FIFO, and nothing waits for one`() async throws {
    try await withTemporaryDirectory { directory in
      let path = directory.appending("fifo")
      try #require(mkfifo(path.string, 0o600) == 0)
      let error = await obstacleWithinSeconds(to: path)
      #expect(error == .unreadable(path, .notRegular))
    }
  }

  @Test func `is not a socket`() async throws {
    try await withTemporaryDirectory { directory in
      let path = directory.appending("socket")
      try #require(mknod(path.string, S_IFSOCK | 0o600, 0) == 0)
      #expect(throws: PolicyError.unreadable(path, .notRegular)) { try PolicyFile(contentsOf: path) }
    }
  }

  @Test(arguments: [0o646, 0o602, 0o666, 0o777, 0o002] as [mode_t])
  func `is not world-writable`(mode: mode_t) async throws {
    try await withPolicy(mode: mode | 0o400) { path in
      #expect(throws: PolicyError.unreadable(path, .writableByOthers)) { try PolicyFile(contentsOf: path) }
    }
  }

  @Test func `has at most 16 MiB`() async throws {
    try await withPolicy("") { path in
      try #require(truncate(path.string, 16_777_216) == 0)
      #expect(try PolicyBytes.read(path).count == 16_777_216)
      try #require(truncate(path.string, 16_777_217) == 0)
      #expect(throws: PolicyError.unreadable(path, .tooLarge)) { try PolicyFile(contentsOf: path) }
    }
  }

  @Test func `leaves no descriptor open`() async throws {
    try await withPolicy { path in
      let directory = path.removingLastComponent()
      for _ in 0..<3 { _ = try PolicyFile(contentsOf: path) }
      #expect(throws: PolicyError.self) { try PolicyFile(contentsOf: directory) }
      let ours = [try path.stat(), try directory.stat()]
      let open = (0..<1_024).compactMap { try? Stat(FileDescriptor(rawValue: $0)) }
      #expect(!open.isEmpty)
      #expect(!open.contains { open in ours.contains { ($0.deviceID, $0.inode) == (open.deviceID, open.inode) } })
    }
  }
}

/// Runs a body with its own policy file.
private func withPolicy(
  _ text: String = "host 1 2 3\n", mode: mode_t = 0o644, _ body: (FilePath) async throws -> Void
) async throws {
  try await withTemporaryDirectory { directory in
    let path = directory.appending("policy")
    try Data(text.utf8).write(to: URL(filePath: path.string))
    // Independent of the umask of the tests.
    try #require(chmod(path.string, mode) == 0)
    try await body(path)
  }
}

/// The reason why a file is not a policy; `nil` if there is none after ten seconds.
private func obstacleWithinSeconds(to path: FilePath) async -> PolicyError? {
  let (errors, continuation) = AsyncStream.makeStream(of: PolicyError?.self)
  Thread.detachNewThread {
    do throws(PolicyError) {
      _ = try PolicyFile(contentsOf: path)
    } catch {
      continuation.yield(error)
    }
    continuation.finish()
  }
  let patience = Task {
    try await Task.sleep(for: .seconds(10))
    continuation.finish()
  }
  defer { patience.cancel() }
  for await error in errors { return error }
  return nil
}

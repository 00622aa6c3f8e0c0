// SPDX-License-Identifier: Apache-2.0

import Glibc
import SystemPackage
import TestSupport
import Testing

@testable import Directors
@testable import Linux

/// One change at a time.
@Suite struct ChangeLockTests {
  private static let short = Duration.milliseconds(300)

  @Test func `another process waits, and at most for its limit`() async throws {
    try await withTemporaryDirectory { path in
      let directory = ChangeDirectory(path.appending("new").string)
      let lock = try ChangeLock.acquire(in: directory)
      let start = ContinuousClock.now
      let error = #expect(throws: ChangeLockError.self) { try acquire(directory, Self.short) }
      #expect(start.duration(to: .now) >= Self.short)
      guard case .busy(let holder) = error else {
        Issue.record("\(error as Any)")
        return
      }
      #expect(holder?.process == getpid())
      #expect(holder?.command.contains("testing-library") == true || holder?.command.contains("xctest") == true)
      extendLifetime(lock)
    }
  }

  @Test func `it is free after the end of its owner`() async throws {
    try await withTemporaryDirectory { path in
      let directory = ChangeDirectory(path.string)
      for _ in 0..<3 { try acquire(directory, .zero) }
    }
  }

  @Test func `only the owner can access its directory`() async throws {
    try await withTemporaryDirectory { path in
      let directory = ChangeDirectory(path.appending("new").string)
      try acquire(directory, .zero)
      var file = stat()
      #expect(stat(directory.path, &file) == 0 && file.st_mode & 0o7777 == 0o700)
      #expect(stat(directory.lock, &file) == 0 && file.st_mode & 0o7777 == 0o600)
    }
  }

  @Test func `a link is not followed`() async throws {
    try await withTemporaryDirectory { path in
      let directory = ChangeDirectory(path.string)
      let target = path.appending("target").string
      try #require(symlink(target, directory.lock) == 0)
      #expect(throws: ChangeLockError.unavailable(.tooManySymbolicLinkLevels)) { try acquire(directory, .zero) }
      #expect(access(target, F_OK) != 0)
    }
  }

  @Test func `a directory that others may write to is not used`() async throws {
    try await withTemporaryDirectory { path in
      let directory = ChangeDirectory(path.appending("open").string)
      try #require(mkdir(directory.path, 0o700) == 0 && chmod(directory.path, 0o777) == 0)
      #expect(throws: ChangeLockError.untrusted(.writable)) { try acquire(directory, .zero) }
      #expect(access(directory.lock, F_OK) != 0)
      try #require(chmod(directory.path, 0o700) == 0)
      let linked = ChangeDirectory(path.appending("linked").string)
      try #require(symlink("open", linked.path) == 0)
      #expect(throws: ChangeLockError.untrusted(.link)) { try acquire(linked, .zero) }
      try acquire(directory, .zero)
    }
  }

  @Test func `a missing parent directory is reported`() {
    let directory = ChangeDirectory("/proc/no/such")
    #expect(throws: ChangeLockError.unavailable(.noSuchFileOrDirectory)) { try acquire(directory, .zero) }
  }

  @Test func `the errno is that of creating its directory`() {
    let error = #expect(throws: ChangeLockError.self) { try acquire(ChangeDirectory("/sys/new"), .zero) }
    let reasons: [Errno] = [.notPermitted, .permissionDenied, .readOnlyFileSystem]
    #expect(reasons.contains { error == .unavailable($0) }, "\(error as Any)")
  }

  /// The lines are from Linux 6.1.
  @Test func `its holder is found by device and file`() {
    let locks = """
      1: POSIX  ADVISORY  WRITE 11 00:19:7 0 EOF
      2: FLOCK  ADVISORY  WRITE 12 00:1a:7 0 EOF
      3: FLOCK  ADVISORY  WRITE 13 00:19:77 0 EOF
      4: FLOCK  ADVISORY  WRITE 14 fe:101:7 0 EOF
      4: -> FLOCK  ADVISORY  WRITE 15 fe:101:7 0 EOF
      5: FLOCK  ADVISORY  WRITE 16 00:19:7 0 EOF

      """
    #expect(LockHolder.process(of: 0x19, inode: 7, in: Array(locks.utf8)) == 16)
    #expect(LockHolder.process(of: 0x10_fe01, inode: 7, in: Array(locks.utf8)) == 14)
    #expect(LockHolder.process(of: 0x19, inode: 8, in: Array(locks.utf8)) == nil)
    #expect(LockHolder.process(of: 0x19, inode: 7, in: []) == nil)
  }

  @Test(
    arguments: [
      (
        .unavailable(.readOnlyFileSystem),
        "cannot lock /run/ipvs-timeout/lock (Read-only file system, errno 30), so another change may run at the same"
          + " time; make sure that none does"
      ),
      (
        .untrusted(.owner(65534)),
        "cannot use /run/ipvs-timeout for the lock, because it belongs to user 65534, so another change may run at the"
          + " same time; make sure that none does, and remove it with `rm -r /run/ipvs-timeout`"
      ),
      (
        .busy(LockHolder(process: 7, command: "x y")),
        "cannot change the timeouts, and nothing was changed: `x y` (process 7) is still changing them after 10 s; wait"
          + " until it ends, then try again"
      ),
      (
        .busy(LockHolder(process: 7, command: "")),
        "cannot change the timeouts, and nothing was changed: process 7 is still changing them after 10 s; wait until"
          + " it ends, then try again"
      ),
      (
        .busy(nil),
        "cannot change the timeouts, and nothing was changed: another program is still changing them after 10 s; wait"
          + " until it ends, then try again"
      ),
    ] as [(ChangeLockError, String)])
  func `its failures have a sentence`(error: ChangeLockError, sentence: String) {
    #expect(error.description == sentence)
  }

  private func acquire(_ directory: ChangeDirectory, _ timeout: Duration) throws(ChangeLockError) {
    _ = try ChangeLock.acquire(in: directory, timeout: timeout)
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import SystemPackage
internal import Text

/// An open file for a lock by flock(2).
///
/// The lock ends with its process, however the process ends, and child processes do not inherit it.
package struct FileLock: ~Copyable {
  private let descriptor: CInt

  /// Opens the file for the lock.
  ///
  /// It is created if it does not exist; a symbolic link is not followed.
  ///
  /// Its descriptor is never that of a standard stream, which the caller may have closed.
  ///
  /// - Throws: `Errno`, when the file cannot be opened.
  package init(opening path: String) throws(Errno) {
    // Not as an argument, which would copy it into an array first.
    let opened = path.withCString { open($0, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600) }
    guard opened >= 0 else { throw Errno(rawValue: errno) }
    guard opened <= STDERR_FILENO else {
      descriptor = opened
      return
    }
    defer { close(opened) }
    let other = fcntl(opened, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
    guard other >= 0 else { throw Errno(rawValue: errno) }
    descriptor = other
  }

  deinit {
    close(descriptor)
  }

  /// Locks the file if no other process has locked it.
  ///
  /// - Throws: `Errno`, when it cannot be locked now; `.wouldBlock` when another process has locked it.
  package func acquire() throws(Errno) {
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw Errno(rawValue: errno) }
  }

  /// Whether the file has been removed.
  ///
  /// Then no other process can find this lock.
  package var isRemoved: Bool {
    var file = stat()
    return fstat(descriptor, &file) != 0 || file.st_nlink == 0
  }

  /// The number of the process that has locked it; `nil` if that is not visible.
  package var holdingProcess: Int32? { LockHolder.process(of: descriptor) }

  /// The process that has locked it; `nil` if that is not visible.
  package var holder: LockHolder? { LockHolder(of: descriptor) }
}

/// A process that has locked a file.
package struct LockHolder: Sendable, Hashable {
  package let process: Int32
  /// Its command line, printable; empty if that is not visible.
  package let command: String

  /// Creates a holder from its parts.
  package init(process: Int32, command: String) {
    self.process = process
    self.command = command
  }

  /// The process that has locked an open file; `nil` if that is not visible.
  fileprivate init?(of descriptor: CInt) {
    guard let process = LockHolder.process(of: descriptor) else { return nil }
    self.init(process: process, command: LockHolder.command(of: process))
  }

  /// The process that has locked a file; `nil` if there is none, or if it is not visible.
  package init?(ofFileAt path: String) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    self.init(of: descriptor)
  }

  /// The number of the process that has locked an open file.
  fileprivate static func process(of descriptor: CInt) -> Int32? {
    var file = stat()
    guard fstat(descriptor, &file) == 0, let locks = try? FileReader.bytes(of: "/proc/locks", atMost: .max) else {
      return nil
    }
    if let process = process(of: file.st_dev, inode: file.st_ino, in: locks) { return process }
    // On an overlay file system, as in a container, /proc/locks has other numbers. It is the same file if the process
    // has it open.
    return locked(in: locks).map(\.process).first { hasOpen(file, $0) }
  }

  /// The number of the process that has locked a file, as `/proc/locks` lists it.
  ///
  /// The kernel writes `1: FLOCK  ADVISORY  WRITE 1234 00:1a:5678 0 EOF`, the numbers of the device in base 16. All
  /// processes that wait for a lock read this again and again, so it is not made into strings.
  static func process(of device: UInt, inode: UInt, in locks: [UInt8]) -> pid_t? {
    let major = device >> 8 & 0xfff | device >> 32 & ~0xfff
    let minor = device & 0xff | device >> 12 & ~0xff
    let locked = locked(in: locks).first { _, file in
      let numbers = file.split(separator: UInt8(ascii: ":"))
      return numbers.count == 3 && number(numbers[0], radix: 16) == major && number(numbers[1], radix: 16) == minor
        && number(numbers[2]) == inode
    }
    return locked?.process
  }

  /// All locks by flock(2): the process, and the file.
  private static func locked(in locks: [UInt8]) -> [(process: pid_t, file: ArraySlice<UInt8>)] {
    locks.split(separator: UInt8(ascii: "\n")).compactMap { line in
      let words = line.split(separator: UInt8(ascii: " "), maxSplits: 6)
      guard words.count >= 6, words[1].elementsEqual("FLOCK".utf8), let process = number(words[4]).flatMap(pid_t.init)
      else { return nil }
      return (process, words[5])
    }
  }

  private static func number(_ digits: ArraySlice<UInt8>, radix: Int = 10) -> UInt? {
    UInt(String(decoding: digits, as: UTF8.self), radix: radix)
  }

  private static func hasOpen(_ file: stat, _ process: pid_t) -> Bool {
    let directory = FilePath("/proc/\(process)/fd")
    return (try? FileReader.names(in: directory))?.contains { name in
      var other = stat()
      return stat(directory.appending(name).string, &other) == 0
        && (other.st_dev, other.st_ino) == (file.st_dev, file.st_ino)
    } ?? false
  }

  private static func command(of process: pid_t) -> String {
    ((try? ProcessTable.arguments(of: process)) ?? []).joined(separator: " ").printable
  }
}

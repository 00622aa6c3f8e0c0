// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import SystemPackage
internal import Text

/// An open file that is locked by flock(2), or is to be: the lock ends with the process that has it, however that ends,
/// and is not passed on to what that process starts.
package struct FileLock: ~Copyable {
  private let descriptor: CInt

  /// Opens the file that is to be locked, which is made if it is not there; a link is not followed.
  ///
  /// It is none of the standard streams, which the caller may have closed.
  ///
  /// - Throws: `Errno`, when the file cannot be opened.
  package init(opening path: String) throws(Errno) {
    let opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
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

  /// Locks the file, if nobody else has it locked.
  ///
  /// - Throws: `Errno`, when it is not locked now; `.wouldBlock` where another one has it.
  package func acquire() throws(Errno) {
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw Errno(rawValue: errno) }
  }

  /// Whether the file has been removed, so that nobody else meets this lock any more.
  package var isRemoved: Bool {
    var file = stat()
    return fstat(descriptor, &file) != 0 || file.st_nlink == 0
  }

  /// The number of the process that has it locked; `nil` where that cannot be seen.
  package var holdingProcess: Int32? { LockHolder.process(of: descriptor) }

  /// Who has it locked; `nil` where that cannot be seen.
  package var holder: LockHolder? { LockHolder(of: descriptor) }
}

/// The process that has a file locked.
package struct LockHolder: Sendable, Hashable {
  package let process: Int32
  /// How it was called, fit to be shown; empty where that cannot be seen.
  package let command: String

  /// A process.
  package init(process: Int32, command: String) {
    self.process = process
    self.command = command
  }

  /// Who has locked an open file; `nil` where that cannot be seen.
  fileprivate init?(of descriptor: CInt) {
    guard let process = LockHolder.process(of: descriptor) else { return nil }
    self.init(process: process, command: LockHolder.command(of: process))
  }

  /// The number of the process that has locked an open file.
  fileprivate static func process(of descriptor: CInt) -> Int32? {
    var file = stat()
    guard fstat(descriptor, &file) == 0, let locks = try? FileReader.bytes(of: "/proc/locks", atMost: .max) else {
      return nil
    }
    let text = String(decoding: locks, as: UTF8.self)
    if let process = process(of: file.st_dev, inode: file.st_ino, in: text) { return process }
    // A file of an overlay, as in a container, has other numbers there: it is the same if another has it open.
    return locked(in: text).map(\.process).first { hasOpen(file, $0) }
  }

  /// The number of the process that has locked a file, as `/proc/locks` lists it.
  ///
  /// The kernel writes `1: FLOCK  ADVISORY  WRITE 1234 00:1a:5678 0 EOF`, the numbers of the device in base 16.
  static func process(of device: UInt, inode: UInt, in locks: String) -> pid_t? {
    let major = device >> 8 & 0xfff | device >> 32 & ~0xfff
    let minor = device & 0xff | device >> 12 & ~0xff
    let locked = locked(in: locks).first { _, file in
      file.count == 3 && UInt(file[0], radix: 16) == major && UInt(file[1], radix: 16) == minor
        && UInt(file[2]) == inode
    }
    return locked?.process
  }

  /// All that is locked in this manner: by which process, and which file.
  private static func locked(in locks: String) -> [(process: pid_t, file: [Substring])] {
    locks.split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ")
      guard words.count >= 6, words[1] == "FLOCK", let process = pid_t(words[4]) else { return nil }
      return (process, words[5].split(separator: ":"))
    }
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

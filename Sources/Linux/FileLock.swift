// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import SystemPackage
internal import Text

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
  package init?(of descriptor: CInt) {
    guard let process = LockHolder.process(of: descriptor) else { return nil }
    self.init(process: process, command: LockHolder.command(of: process))
  }

  /// The number of the process that has locked an open file.
  package static func process(of descriptor: CInt) -> Int32? {
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

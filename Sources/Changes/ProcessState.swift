// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Namespaces
internal import SystemPackage

/// What the kernel says of a process in `/proc/1234/stat`.
struct ProcessState {
  let number: pid_t
  /// Whether it has ended and waits for its parent to take note.
  let hasEnded: Bool
  let parent: pid_t
  let group: pid_t
  let session: pid_t

  /// Of the process with this number; `nil` where there is none.
  init?(of number: pid_t) {
    guard let bytes = try? WholeFile.read(FilePath("/proc/\(number)/stat")),
      // The kernel writes `1234 (name) S 1 1234 1234 …`, and the name may hold anything.
      let end = bytes.lastIndex(of: UInt8(ascii: ")"))
    else { return nil }
    let words = String(decoding: bytes[(end + 1)...], as: UTF8.self).split(separator: " ")
    let numbers = words.dropFirst().prefix(3).compactMap { pid_t($0) }
    guard numbers.count == 3 else { return nil }
    self.number = number
    hasEnded = ["Z", "X"].contains(words[0])
    (parent, group, session) = (numbers[0], numbers[1], numbers[2])
  }

  /// All processes that can be seen; none where they are counted otherwise than here, as in another container's /proc.
  static func all() -> [ProcessState] {
    guard isNumberingOwn else { return [] }
    return ((try? DirectoryNames.all(in: "/proc")) ?? []).compactMap { pid_t($0.string) }.compactMap(ProcessState.init)
  }

  /// Whether the numbers in /proc are those by which this process knows others.
  private static var isNumberingOwn: Bool {
    withUnsafeTemporaryAllocation(byteCount: 32, alignment: 1) { buffer in
      guard let start = buffer.baseAddress else { return false }
      let count = readlink("/proc/self", start.assumingMemoryBound(to: CChar.self), buffer.count)
      return count > 0 && String(decoding: buffer[..<count], as: UTF8.self) == "\(getpid())"
    }
  }

  /// Whether a process has started this one, or one of those that have.
  static func isAncestor(_ number: pid_t) -> Bool {
    guard isNumberingOwn else { return false }
    var next = getppid()
    // The first process may be this program's, too, as in a container.
    while next > 0 {
      if next == number { return true }
      guard let process = ProcessState(of: next) else { return false }
      next = process.parent
    }
    return false
  }
}

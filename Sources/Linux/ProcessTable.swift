// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import SystemPackage

/// The processes of this machine, as `/proc` lists them.
package enum ProcessTable {
  /// The numbers of all visible processes, in ascending order.
  ///
  /// - Throws: `Errno`, when /proc cannot be read.
  package static func numbers() throws(Errno) -> [Int32] {
    var numbers: [Int32] = []
    try FileReader.visitNames(in: "/proc") { name throws(Errno) in
      var end: UnsafeMutablePointer<CChar>?
      let number = strtol(name, &end, 10)
      if number > 0, end?.pointee == 0, let number = Int32(exactly: number) { numbers.append(number) }
    }
    numbers.sort()
    return numbers
  }

  /// The name of the program of a process, as the kernel keeps it; `?` if it cannot be read.
  ///
  /// It has at most 15 bytes, and any process can choose them.
  package static func commandName(of number: Int32) -> String {
    let text = try? FileReader.kernelText(of: FilePath("/proc/\(number)/comm"))
    return text?.split(separator: "\n").first.map(String.init) ?? "?"
  }

  /// The arguments of a process, its own name first; empty for kernel threads.
  ///
  /// - Parameters:
  ///   - number: The process.
  ///   - limit: How many bytes they may have in total.
  /// - Returns: The arguments; bytes that are not UTF-8 become U+FFFD.
  /// - Throws: `Errno`, when there is no such process; `.fileTooLarge` when they are longer.
  package static func arguments(of number: Int32, atMost limit: Int = 1_048_576) throws(Errno) -> [String] {
    let bytes = try FileReader.bytes(of: FilePath("/proc/\(number)/cmdline"), atMost: limit)
    return bytes.split(separator: 0, omittingEmptySubsequences: false).dropLast()
      .map { String(decoding: $0, as: UTF8.self) }
  }

  /// All visible processes; none if `/proc` belongs to another container, which numbers them differently.
  static func states() -> [ProcessState] {
    guard isNumberingOwn else { return [] }
    return ((try? numbers()) ?? []).compactMap(ProcessState.init)
  }

  /// Whether a process is the parent of this one, or another ancestor.
  package static func isAncestor(_ number: Int32) -> Bool {
    guard isNumberingOwn else { return false }
    var next = getppid()
    // The ancestor may be process 1, as in a container.
    while next > 0 {
      if next == number { return true }
      guard let process = ProcessState(of: next) else { return false }
      next = process.parent
    }
    return false
  }

  /// Whether /proc uses the process numbers of this process.
  private static var isNumberingOwn: Bool {
    withUnsafeTemporaryAllocation(byteCount: 32, alignment: 1) { buffer in
      guard let start = buffer.baseAddress else { return false }
      let count = readlink("/proc/self", start.assumingMemoryBound(to: CChar.self), buffer.count)
      return count > 0 && String(decoding: buffer[..<count], as: UTF8.self) == "\(getpid())"
    }
  }
}

/// The state of a process from `/proc/1234/stat`.
struct ProcessState {
  let number: pid_t
  /// Whether it has ended and its parent has not collected it yet.
  let hasEnded: Bool
  let parent: pid_t
  let group: pid_t
  let session: pid_t

  /// The state of the process with this number; `nil` if there is none.
  init?(of number: pid_t) {
    guard let text = ProcessState.text(of: number) else { return nil }
    self.init(text, of: number)
  }

  /// Reads the text of the file; `nil` if it has another form.
  init?(_ text: String, of number: pid_t) {
    guard let words = ProcessState.wordsAfterName(in: text) else { return nil }
    let numbers = words.dropFirst().prefix(3).compactMap { pid_t($0) }
    guard let letter = words.first, numbers.count == 3 else { return nil }
    self.number = number
    hasEnded = ["Z", "X"].contains(letter)
    (parent, group, session) = (numbers[0], numbers[1], numbers[2])
  }

  /// When the process with this number was started; `nil` if there is none.
  static func start(of number: pid_t) -> WallTime? { text(of: number).flatMap(start) }

  /// When a process was started, from the text of the file; `nil` if it has another form.
  static func start(in text: String) -> WallTime? {
    let ticksPerSecond = Int64(sysconf(CInt(_SC_CLK_TCK)))
    // The start time is word 22 of the line; the name is word 2.
    guard let words = wordsAfterName(in: text), let ticks = words.dropFirst(19).first.flatMap({ Int64($0) }),
      ticksPerSecond > 0
    else { return nil }
    let sinceBoot = ticks.multipliedReportingOverflow(by: 1_000_000_000 / ticksPerSecond)
    guard !sinceBoot.overflow else { return nil }
    return WallTime.boot.flatMap { boot in
      let (start, overflow) = boot.nanoseconds.addingReportingOverflow(sinceBoot.partialValue)
      return overflow ? nil : WallTime(nanoseconds: start)
    }
  }

  private static func text(of number: pid_t) -> String? {
    try? FileReader.kernelText(of: FilePath("/proc/\(number)/stat"))
  }

  /// The kernel writes `1234 (name) S 1 1234 1234 …`, and the name can contain anything.
  private static func wordsAfterName(in text: String) -> ArraySlice<Substring>? {
    text.utf8.lastIndex(of: UInt8(ascii: ")")).map { text[$0...].split(separator: " ").dropFirst() }
  }
}

/// A point in wall-clock time, as file systems keep it.
package struct WallTime: Sendable, Hashable, Comparable {
  /// The nanoseconds since 1970.
  package let nanoseconds: Int64

  /// Creates a point in time.
  package init(nanoseconds: Int64) {
    self.nanoseconds = nanoseconds
  }

  /// When the content or the metadata of a file was last changed; `nil` if it does not exist.
  init?(ofChangeAt path: FilePath) {
    var file = stat()
    guard path.withPlatformString({ stat($0, &file) }) == 0 else { return nil }
    self.init(of: file)
  }

  init(of file: stat) {
    // A copy can keep the modification time of its original. The change time shows that it is new.
    self.init(nanoseconds: max(file.st_mtim.nanoseconds, file.st_ctim.nanoseconds))
  }

  /// When this machine booted, by today's wall clock.
  static var boot: WallTime? {
    var (now, sinceBoot) = (timespec(), timespec())
    guard clock_gettime(CLOCK_REALTIME, &now) == 0, clock_gettime(CLOCK_BOOTTIME, &sinceBoot) == 0 else { return nil }
    return WallTime(nanoseconds: now.nanoseconds - sinceBoot.nanoseconds)
  }

  /// Whether the first point in time is earlier.
  package static func < (first: WallTime, second: WallTime) -> Bool { first.nanoseconds < second.nanoseconds }

  /// The point in time that is this many seconds later.
  package func later(bySeconds seconds: Int64) -> WallTime {
    let (later, overflow) = nanoseconds.addingReportingOverflow(seconds * 1_000_000_000)
    return WallTime(nanoseconds: overflow ? .max : later)
  }
}

extension timespec {
  /// The time in nanoseconds.
  ///
  /// A file system can have any number: a value that does not fit becomes the farthest possible time.
  fileprivate var nanoseconds: Int64 {
    let whole = Int64(tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
    guard !whole.overflow else { return tv_sec < 0 ? .min / 2 : .max / 2 }
    return min(max(whole.partialValue, .min / 2), .max / 2) + Int64(tv_nsec)
  }
}

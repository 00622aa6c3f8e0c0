// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import SystemPackage

/// The processes of this machine, as `/proc` shows them.
package enum ProcessTable {
  /// The numbers of all processes that can be seen, the smallest first.
  ///
  /// - Throws: `Errno`, when /proc cannot be read.
  package static func numbers() throws(Errno) -> [Int32] {
    try FileReader.names(in: "/proc").compactMap { Int32($0.string) }.sorted()
  }

  /// The name of a process's program, as the kernel has it: 15 bytes at most, which are other people's text; `?` where
  /// it cannot be read.
  package static func commandName(of number: Int32) -> String {
    let text = try? FileReader.kernelText(of: FilePath("/proc/\(number)/comm"))
    return text?.split(separator: "\n").first.map(String.init) ?? "?"
  }

  /// The arguments of a process, its own name first; none for the kernel's threads.
  ///
  /// - Parameters:
  ///   - number: The process.
  ///   - limit: How many bytes they may have together.
  /// - Returns: The arguments; bytes that are not UTF-8 become U+FFFD.
  /// - Throws: `Errno`, when there is no such process; `.fileTooLarge` when they are longer.
  package static func arguments(of number: Int32, atMost limit: Int = 1_048_576) throws(Errno) -> [String] {
    let bytes = try FileReader.bytes(of: FilePath("/proc/\(number)/cmdline"), atMost: limit)
    return bytes.split(separator: 0, omittingEmptySubsequences: false).dropLast()
      .map { String(decoding: $0, as: UTF8.self) }
  }

  /// All processes that can be seen; none where `/proc` numbers them differently, as another container's does.
  static func states() -> [ProcessState] {
    guard isNumberingOwn else { return [] }
    return ((try? numbers()) ?? []).compactMap(ProcessState.init)
  }

  /// Whether a process has started this one, or one of those that have.
  package static func isAncestor(_ number: Int32) -> Bool {
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

  /// Whether the numbers in /proc are those by which this process knows others.
  private static var isNumberingOwn: Bool {
    withUnsafeTemporaryAllocation(byteCount: 32, alignment: 1) { buffer in
      guard let start = buffer.baseAddress else { return false }
      let count = readlink("/proc/self", start.assumingMemoryBound(to: CChar.self), buffer.count)
      return count > 0 && String(decoding: buffer[..<count], as: UTF8.self) == "\(getpid())"
    }
  }
}

/// What the kernel says of a process in `/proc/1234/stat`.
struct ProcessState {
  let number: pid_t
  /// Whether it has ended and waits for its parent to take note.
  let hasEnded: Bool
  let parent: pid_t
  let group: pid_t
  let session: pid_t

  /// The state of the process with this number; `nil` where there is none.
  init?(of number: pid_t) {
    guard let text = try? FileReader.kernelText(of: FilePath("/proc/\(number)/stat")),
      // The kernel writes `1234 (name) S 1 1234 1234 …`, and the name may hold anything.
      let end = text.utf8.lastIndex(of: UInt8(ascii: ")"))
    else { return nil }
    let words = text[end...].split(separator: " ").dropFirst()
    let numbers = words.dropFirst().prefix(3).compactMap { pid_t($0) }
    guard let letter = words.first, numbers.count == 3 else { return nil }
    self.number = number
    hasEnded = ["Z", "X"].contains(letter)
    (parent, group, session) = (numbers[0], numbers[1], numbers[2])
  }

  /// When the process with this number was started; `nil` where there is none.
  static func start(of number: pid_t) -> WallTime? {
    guard let text = try? FileReader.kernelText(of: FilePath("/proc/\(number)/stat")),
      let end = text.utf8.lastIndex(of: UInt8(ascii: ")"))
    else { return nil }
    // It is the 22nd word of the line, and the name is the second.
    let words = text[end...].split(separator: " ").dropFirst()
    let ticksPerSecond = Int64(sysconf(CInt(_SC_CLK_TCK)))
    guard let ticks = words.dropFirst(19).first.flatMap({ Int64($0) }), ticksPerSecond > 0 else { return nil }
    let sinceBoot = ticks.multipliedReportingOverflow(by: 1_000_000_000 / ticksPerSecond)
    guard !sinceBoot.overflow else { return nil }
    return WallTime.boot.map { WallTime(nanoseconds: $0.nanoseconds + sinceBoot.partialValue) }
  }
}

/// A moment by the clock on the wall, as files have it.
package struct WallTime: Sendable, Hashable, Comparable {
  /// The nanoseconds since 1970.
  package let nanoseconds: Int64

  /// Makes a moment.
  package init(nanoseconds: Int64) {
    self.nanoseconds = nanoseconds
  }

  /// When a file was changed last, in what it holds or in what the system keeps about it; `nil` where it is not there.
  init?(ofChangeAt path: FilePath) {
    var file = stat()
    guard path.withPlatformString({ stat($0, &file) }) == 0 else { return nil }
    self.init(of: file)
  }

  init(of file: stat) {
    // A copy that keeps the time of its original is new nevertheless, which only the second of them says.
    self.init(nanoseconds: max(file.st_mtim.nanoseconds, file.st_ctim.nanoseconds))
  }

  /// When this machine was booted, as the clock on the wall has it today.
  static var boot: WallTime? {
    var (now, sinceBoot) = (timespec(), timespec())
    guard clock_gettime(CLOCK_REALTIME, &now) == 0, clock_gettime(CLOCK_BOOTTIME, &sinceBoot) == 0 else { return nil }
    return WallTime(nanoseconds: now.nanoseconds - sinceBoot.nanoseconds)
  }

  /// Whether the first one is earlier.
  package static func < (first: WallTime, second: WallTime) -> Bool { first.nanoseconds < second.nanoseconds }

  /// A moment some seconds later.
  package func later(bySeconds seconds: Int64) -> WallTime {
    WallTime(nanoseconds: nanoseconds + seconds * 1_000_000_000)
  }
}

extension timespec {
  /// A file system may hold any number: what does not fit is the end of all time.
  fileprivate var nanoseconds: Int64 {
    let whole = Int64(tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
    guard !whole.overflow else { return tv_sec < 0 ? .min / 2 : .max / 2 }
    return min(max(whole.partialValue, .min / 2), .max / 2) + Int64(tv_nsec)
  }
}

/// A process of this machine, as far as it can be seen.
package struct HostProcess: Sendable, Hashable {
  package let number: Int32
  /// The number of the process that has started it, or taken it over.
  package let parent: Int32
  /// What it is called in its own arguments, without the directory.
  package let name: String
  /// Its arguments, without its name.
  package let arguments: [String]
  /// The network namespace in which it lives; `nil` where the kernel does not say.
  package let namespace: NamespaceIdentity?

  /// Makes a process, as a test needs one.
  package init(
    _ number: Int32, parent: Int32 = 1, _ name: String, _ arguments: [String] = [], in namespace: NamespaceIdentity?
  ) {
    self.number = number
    self.parent = parent
    self.name = name
    self.arguments = arguments
    self.namespace = namespace
  }

  /// A process that runs; `nil` where there is none with this number, it is the kernel's, or it has another name.
  private init?(_ number: Int32, named names: Set<String>) {
    guard let words = try? ProcessTable.arguments(of: number),
      let name = words.first?.split(separator: "/").last.map(String.init), names.contains(name)
    else { return nil }
    self.init(
      number, parent: ProcessState(of: number)?.parent ?? 0, name, Array(words.dropFirst()),
      in: try? NamespaceIdentity(FilePath("/proc/\(number)/ns/net")))
  }

  /// The processes of these names, by their numbers.
  ///
  /// - Throws: `Errno`, when /proc cannot be read.
  package static func running(named names: Set<String>) throws(Errno) -> [HostProcess] {
    try ProcessTable.numbers().compactMap { HostProcess($0, named: names) }
  }

  /// The files as this process sees them.
  package var files: ProcessFiles { ProcessFiles(of: number) }

  /// When it was started; `nil` where the kernel does not say.
  package var started: WallTime? { ProcessState.start(of: number) }

  /// The host name as it sees it; `nil` where it has another than this process, which cannot be read from here.
  package var hostName: String? {
    guard let own = try? NamespaceIdentity("/proc/self/ns/uts"),
      let its = try? NamespaceIdentity(FilePath("/proc/\(number)/ns/uts")), own == its
    else { return nil }
    return try? FileReader.kernelText(of: "/proc/sys/kernel/hostname").split(separator: "\n").first.map(String.init)
  }

  /// Looks up when a file in memory that this process holds open was written last.
  ///
  /// - Parameter name: The name that the process gave to memfd_create(2).
  /// - Returns: The time; `nil` where it holds none of this name.
  package func changeOfMemoryFile(_ name: String) -> WallTime? {
    let directory = FilePath("/proc/\(number)/fd")
    let target = "/memfd:\(name) (deleted)"
    guard let descriptors = try? FileReader.names(in: directory, atMost: 4096) else { return nil }
    return descriptors.lazy.map { directory.appending($0) }.first { FileReader.linkTarget(of: $0) == target }
      .flatMap { WallTime(ofChangeAt: $0) }
  }
}

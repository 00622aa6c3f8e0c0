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
  package var files: ProcessFiles {
    ProcessFiles(root: FilePath("/proc/\(number)/root"), directory: FilePath("/proc/\(number)/cwd"))
  }
}

/// The files as a process sees them, which may be in a container.
///
/// An absolute link in a container is followed outside of it, which the kernel's /proc cannot help.
package struct ProcessFiles: Sendable {
  private let root: FilePath
  private let directory: FilePath

  /// The files below a root directory, for a process in one of its directories.
  package init(root: FilePath, directory: FilePath) {
    self.root = root
    self.directory = directory
  }

  /// Where a file is that the process calls so.
  ///
  /// - Parameters:
  ///   - path: A path, absolute or relative.
  ///   - directory: Where a relative one begins; `nil` for the directory of the process.
  /// - Returns: Where it is for the caller.
  package func location(of path: String, from directory: FilePath? = nil) -> FilePath {
    path.hasPrefix("/")
      ? root.pushing(FilePath(String(path.drop { $0 == "/" }))) : (directory ?? self.directory).pushing(FilePath(path))
  }

  /// The files that a pattern of the shell's means, in their order.
  package func matches(of pattern: String, from directory: FilePath? = nil) -> [FilePath] {
    var found = glob_t()
    defer { globfree(&found) }
    guard glob(location(of: pattern, from: directory).string, GLOB_BRACE, nil, &found) == 0 else { return [] }
    return (0..<Int(found.gl_pathc)).compactMap { found.gl_pathv[$0].map { FilePath(platformString: $0) } }
  }

  /// The text of a file, by where it is.
  ///
  /// - Throws: `Errno`, when it cannot be read or is longer than a mebibyte.
  package func text(at location: FilePath) throws(Errno) -> String {
    String(decoding: try FileReader.bytes(of: location, atMost: 1_048_576), as: UTF8.self)
  }
}

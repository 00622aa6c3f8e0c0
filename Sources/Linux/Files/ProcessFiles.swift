// SPDX-License-Identifier: Apache-2.0

internal import CSyscalls
internal import Glibc
package import SystemPackage

/// The files as another process sees them.
///
/// It may be in a container.
///
/// The process may name any file. So only regular files are opened, no link leads out of the root directory of the
/// process, and sizes and numbers are limited. Paths are absolute, as the process sees them.
package struct ProcessFiles: Sendable {
  /// The file at a path, by its kind.
  package enum Found: Sendable {
    /// A regular file that is not executable.
    case file(ForeignFile)
    /// A regular file that is executable for someone.
    case program(ForeignFile)
    /// Something else, such as a directory, a device, or a file that the kernel generates.
    case other
  }

  private let root: FilePath
  /// The current directory of the process; `nil` if it cannot be found out.
  package let directory: String?
  /// When to stop; then everything fails with `.timedOut`.
  package var deadline: ContinuousClock.Instant?

  /// The files below a root directory, for a process whose current directory is below it.
  package init(root: FilePath, directory: String?, until deadline: ContinuousClock.Instant? = nil) {
    self.root = root
    self.directory = directory
    self.deadline = deadline
  }

  /// The files of the process with this number.
  init(of number: Int32) {
    root = FilePath("/proc/\(number)/root")
    let place = FilePath("/proc/\(number)/cwd")
    guard var path = FileReader.linkTarget(of: place), let start = FileReader.linkTarget(of: root) else {
      directory = nil
      return
    }
    if start != "/", path.hasPrefix(start) { path = "/" + path.dropFirst(start.count).drop { $0 == "/" } }
    let there = ProcessFiles(root: root, directory: nil).identity(of: path)
    directory = there != nil && there == (try? NamespaceIdentity(place)) ? path : nil
  }

  /// Makes a path absolute.
  ///
  /// - Parameters:
  ///   - path: A path, absolute or relative.
  ///   - directory: The directory in which a relative path begins.
  /// - Returns: The absolute path; `nil` for a relative path if the directory is not known.
  package static func absolute(_ path: String, from directory: String?) -> String? {
    // A combining mark may follow; to the system, a slash is a byte.
    if path.utf8.first == UInt8(ascii: "/") { return path }
    return directory.map { $0.utf8.last == UInt8(ascii: "/") ? $0 + path : "\($0)/\(path)" }
  }

  /// Reads the file at a path, if it is a regular one.
  ///
  /// - Parameters:
  ///   - path: An absolute path.
  ///   - limit: How many bytes a file may have.
  /// - Returns: A regular file with its bytes, or the fact that it is something else.
  /// - Throws: `Errno`, when it cannot be read; `.fileTooLarge` when it is longer.
  package func find(_ path: String, atMost limit: Int) throws(Errno) -> Found {
    let handle = try open(path, file_handle_only)
    defer { try? handle.close() }
    do throws(ForeignFile.Obstacle) {
      let file = try ForeignFile(handle, atMost: limit)
      return file.permissions.isDisjoint(with: [.ownerExecute, .groupExecute, .otherExecute])
        ? .file(file) : .program(file)
    } catch {
      switch error {
      case .notRegular: return .other
      case .tooLarge: throw .fileTooLarge
      case .refused(let errno), .noThread(let errno): throw errno
      case .timedOut: throw .timedOut
      }
    }
  }

  /// The identity of the file at a path; `nil` if there is none, or it is not visible.
  package func identity(of path: String) -> NamespaceIdentity? {
    guard let handle = try? open(path, file_handle_only) else { return nil }
    defer { try? handle.close() }
    return try? NamespaceIdentity(FilePath("/proc/self/fd/\(handle.rawValue)"))
  }

  /// When a directory was last changed, that is, when a name was added or removed; `nil` if there is no such directory.
  package func changeOfDirectory(_ path: String) -> WallTime? {
    guard let handle = try? open(path, file_handle_only | O_DIRECTORY) else { return nil }
    defer { try? handle.close() }
    return (try? ProcessFiles.status(of: handle)).map { WallTime(of: $0) }
  }

  /// Checks that there is time left.
  ///
  /// - Throws: `.timedOut`.
  package func checkTime() throws(Errno) {
    if let deadline, ContinuousClock.now >= deadline { throw .timedOut }
  }

  /// Opens a file as the process would.
  private func open(_ path: String, _ flags: CInt) throws(Errno) -> FileDescriptor {
    try checkTime()
    let start: FileDescriptor
    do {
      start = try FileDescriptor.open(root, .init(rawValue: file_handle_only), options: [.directory, .closeOnExec])
    } catch {
      throw error as? Errno ?? .ioError
    }
    defer { try? start.close() }
    let descriptor = path.withCString { file_open_in_root(start.rawValue, $0, flags | O_CLOEXEC) }
    guard descriptor >= 0 else { throw Errno(rawValue: errno) }
    return FileDescriptor(rawValue: descriptor)
  }

  private static func status(of handle: FileDescriptor) throws(Errno) -> stat {
    var status = stat()
    guard fstat(handle.rawValue, &status) == 0 else { throw Errno(rawValue: errno) }
    return status
  }
}

extension ProcessFiles {
  /// The files that match a shell pattern with braces, in the order of glob(3).
  ///
  /// - Parameter pattern: An absolute pattern.
  /// - Returns: The paths of the existing files, of any kind.
  /// - Throws: `Errno`, when a directory cannot be read; `.fileTooLarge` when there are more than 10000 names or paths,
  ///   or the braces mean more than 1000 patterns.
  package func matches(of pattern: String) throws(Errno) -> [String] {
    var found: [String] = []
    for pattern in try ProcessFiles.withoutBraces(pattern) {
      var paths = [""]
      for component in pattern.split(separator: "/") {
        if component.isPattern {
          var next: [String] = []
          for path in paths { next += try names(in: path + "/", matching: String(component)).map { "\(path)/\($0)" } }
          paths = next
        } else {
          paths = paths.map { "\($0)/\(component.withoutBackslashes)" }
        }
        guard paths.count <= ProcessFiles.most else { throw .fileTooLarge }
      }
      for path in paths where try exists(path) { found.append(path) }
      guard found.count <= ProcessFiles.most else { throw .fileTooLarge }
    }
    return found
  }

  /// The limit for the names in a directory and for the files of a pattern.
  private static var most: Int { 10_000 }

  /// The limit for the patterns that braces mean.
  private static var mostPatterns: Int { 1000 }

  private func exists(_ path: String) throws(Errno) -> Bool {
    do {
      try open(path.isEmpty ? "/" : path, file_handle_only | O_NOFOLLOW).close()
      return true
    } catch {
      return try ProcessFiles.isMissing(error as? Errno ?? .ioError)
    }
  }

  private func names(in directory: String, matching pattern: String) throws(Errno) -> [String] {
    do {
      let handle = try open(directory, O_RDONLY | O_DIRECTORY | O_NONBLOCK)
      defer { try? handle.close() }
      let names = try FileReader.names(in: FilePath("/proc/self/fd/\(handle.rawValue)"), atMost: ProcessFiles.most)
      return names.map(\.string).filter { fnmatch(pattern, $0, FNM_PERIOD) == 0 }.sorted { strcmp($0, $1) < 0 }
    } catch {
      _ = try ProcessFiles.isMissing(error)
      return []
    }
  }

  /// `false` if the error means that there is no such file; throws any other error.
  private static func isMissing(_ error: Errno) throws(Errno) -> Bool {
    guard [.noSuchFileOrDirectory, .notDirectory, .fileNameTooLong].contains(error) else { throw error }
    return false
  }

  /// The patterns without braces that a pattern with braces means: `abd` and `acd` for `a{b,c}d`.
  private static func withoutBraces(_ pattern: String) throws(Errno) -> [String] {
    // As for any path; and finding the braces of a longer one takes long.
    guard pattern.utf8.count < Int(PATH_MAX) else { throw .fileNameTooLong }
    var done: [String] = []
    var waiting = [pattern]
    while let pattern = waiting.popLast() {
      guard let (range, choices) = pattern.firstBraces else {
        done.append(pattern)
        continue
      }
      guard waiting.count + done.count + choices.count <= mostPatterns else { throw .fileTooLarge }
      for choice in choices.reversed() { waiting.append(pattern.replacingRange(range, with: choice)) }
    }
    return done
  }
}

extension String {
  /// The first complete pair of braces, and the texts between its commas.
  ///
  /// `{}` does not count.
  fileprivate var firstBraces: (Range<Index>, [Substring])? {
    var open: [(start: Index, begin: Index, choices: [Substring])] = []
    var first: (Range<Index>, [Substring])?
    var rest = self[...]
    // One pass, because most braces may have no end.
    while let next = rest.firstUnescaped(where: { "{},".contains($0) }) {
      let after = index(after: next)
      rest = self[after...]
      switch self[next] {
      case "{": open.append((next, after, []))
      case "}":
        guard let last = open.popLast(), index(after: last.start) < next else { break }
        if first.map({ last.start < $0.0.lowerBound }) ?? true {
          first = (last.start..<after, last.choices + [self[last.begin..<next]])
        }
        if open.isEmpty { return first }
      case _ where !open.isEmpty:
        open[open.count - 1].choices.append(self[open[open.count - 1].begin..<next])
        open[open.count - 1].begin = after
      default: break
      }
    }
    return first
  }

  fileprivate func replacingRange(_ range: Range<Index>, with text: Substring) -> String {
    String(self[..<range.lowerBound] + text + self[range.upperBound...])
  }
}

extension Substring {
  /// Whether it has a wildcard.
  fileprivate var isPattern: Bool { firstUnescaped { "*?[".contains($0) } != nil }

  fileprivate var withoutBackslashes: String {
    var (result, isEscaped) = ("", false)
    for character in self {
      if character == "\\", !isEscaped {
        isEscaped = true
      } else {
        result.append(character)
        isEscaped = false
      }
    }
    return result
  }

  fileprivate func firstUnescaped(where isWanted: (Character) -> Bool) -> Index? {
    var position = startIndex
    while position < endIndex {
      if isWanted(self[position]) { return position }
      position =
        self[position] == "\\" ? index(position, offsetBy: 2, limitedBy: endIndex) ?? endIndex : index(after: position)
    }
    return nil
  }
}

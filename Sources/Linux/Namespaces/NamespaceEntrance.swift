// SPDX-License-Identifier: Apache-2.0

internal import CSyscalls
internal import Glibc
internal import SystemPackage

/// Moves the calling thread into the first network namespace among several files, which are tried one after another.
///
/// Two directories may have a file of this name: one that an ended namespace has left, and a namespace.
///
/// The paths are those of C: with a `FilePath`, the runtime would look up metadata, which costs more than entering.
package struct NamespaceEntrance {
  private var obstacle: NamespaceError?

  /// An entrance that has tried no file.
  package init() {}

  /// Why no file was entered.
  package var failure: NamespaceError { obstacle ?? .notOpened(.noSuchFileOrDirectory) }

  /// Enters a file, if it is a network namespace.
  ///
  /// - Parameter path: The path of the file, not below the root directory of another process.
  /// - Returns: Whether it was entered; `false` if the next file counts.
  /// - Throws: ``NamespaceError``, when no other file counts.
  package mutating func enter(_ path: UnsafePointer<CChar>) throws(NamespaceError) -> Bool {
    // If a file of this name is no namespace, the name still does not mean a process.
    guard obstacle == nil || !path.isAt("/proc") else { return false }
    do throws(NamespaceError) { try NamespaceEntrance.enterNow(path) } catch { return try isPassed(error) }
    return true
  }

  /// Enters a file of another process, as ``enter(_:)``.
  mutating func enter(_ path: ProcessPath) throws(NamespaceError) -> Bool {
    guard obstacle == nil else { return false }
    do throws(NamespaceError) { try NamespaceEntrance.enterNow(path) } catch { return try isPassed(error) }
    return true
  }

  /// Enters a file in a directory, as ``enter(_:)``.
  ///
  /// - Parameters:
  ///   - directory: The directory, with a `/` at its end.
  ///   - name: The name of the file.
  /// - Returns: Whether it was entered; `false` if the next file counts.
  /// - Throws: ``NamespaceError``, when no other file counts.
  package mutating func enter(in directory: StaticString, _ name: String) throws(NamespaceError) -> Bool {
    var (entrance, entered, failure) = (self, false, NamespaceError?.none)
    withUnsafeTemporaryAllocation(
      of: CChar.self, capacity: directory.utf8CodeUnitCount + name.utf8.count + 1
    ) { path in
      var count = 0
      for number in 0..<directory.utf8CodeUnitCount {
        path[count] = CChar(bitPattern: directory.utf8Start[number])
        count += 1
      }
      for byte in name.utf8 {
        path[count] = CChar(bitPattern: byte)
        count += 1
      }
      path[count] = 0
      guard let path = path.baseAddress else { return }
      do throws(NamespaceError) { entered = try entrance.enter(path) } catch { failure = error }
    }
    self = entrance
    if let failure { throw failure }
    return entered
  }

  /// Whether the next file counts after a failure.
  ///
  /// - Returns: `false`, because this file was not entered.
  /// - Throws: The failure, if no other file counts.
  private mutating func isPassed(_ error: NamespaceError) throws(NamespaceError) -> Bool {
    switch error {
    case .notOpened(.noSuchFileOrDirectory): break
    case .notANamespace: obstacle = obstacle ?? error
    default: throw error
    }
    return false
  }
}

extension NamespaceEntrance {
  private static func enterNow(_ path: UnsafePointer<CChar>) throws(NamespaceError) {
    // Only root can make a file there, or exchange one. Opening it never waits.
    if path.isAt("/run/netns") { return try openAndEnter(path) }
    // Elsewhere, opening a device could have side effects.
    if path.isAt("/proc") {
      var file = stat()
      guard stat(path, &file) == 0 else { throw .notOpened(Errno(rawValue: errno)) }
      return try enter(path, file)
    }
    // Anybody may exchange the file, so a reference holds it while it is checked.
    let handle = open(path, file_handle_only | O_CLOEXEC)
    guard handle >= 0 else { throw .notOpened(Errno(rawValue: errno)) }
    defer { close(handle) }
    try enter(behind: handle)
  }

  private static func enterNow(_ path: ProcessPath) throws(NamespaceError) {
    let handle: CInt
    do throws(Errno) { handle = try path.open(file_handle_only) } catch { throw .notOpened(error) }
    defer { close(handle) }
    try enter(behind: handle)
  }

  /// Enters the file to which a handle refers.
  private static func enter(behind handle: CInt) throws(NamespaceError) {
    var file = stat()
    guard fstat(handle, &file) == 0 else { throw .notOpened(Errno(rawValue: errno)) }
    var failure: NamespaceError?
    FilePath("/proc/thread-self/fd/\(handle)").withPlatformString { path in
      do throws(NamespaceError) { try enter(path, file) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// Opens and enters a file if it may be a namespace.
  private static func enter(_ path: UnsafePointer<CChar>, _ file: stat) throws(NamespaceError) {
    guard file.isRegular else { throw .notANamespace(nil) }
    try openAndEnter(path)
  }

  private static func openAndEnter(_ path: UnsafePointer<CChar>) throws(NamespaceError) {
    let options = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
    var descriptor = open(path, options)
    if descriptor < 0 {
      // The plain file that `ip netns add` makes first may refuse to be opened, and is no namespace yet.
      guard namespace_file_is(path) != 0 else { throw .notANamespace(nil) }
      // It may have become one since then.
      descriptor = open(path, options)
    }
    guard descriptor >= 0 else { throw .notOpened(Errno(rawValue: errno)) }
    defer { close(descriptor) }
    guard network_namespace_enter(descriptor) != 0 else { return }
    guard errno == EINVAL else { throw .notEntered(Errno(rawValue: errno)) }
    var file = stat()
    throw .notANamespace(fstat(descriptor, &file) == 0 && !file.isRegular ? nil : .invalidArgument)
  }
}

extension stat {
  /// Whether it is a regular file, as namespaces are.
  fileprivate var isRegular: Bool { st_mode & S_IFMT == S_IFREG }
}

extension UnsafePointer<CChar> {
  /// Whether this path is the directory, or below it.
  fileprivate func isAt(_ directory: StaticString) -> Bool {
    let length = directory.utf8CodeUnitCount
    guard strncmp(self, UnsafeRawPointer(directory.utf8Start).assumingMemoryBound(to: CChar.self), length) == 0
    else { return false }
    return self[length] == 0 || self[length] == CChar(bitPattern: UInt8(ascii: "/"))
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import CSyscalls
internal import Glibc
package import SystemPackage

/// Enters network namespaces to open something there.
///
/// A new thread enters one namespace after another and ends in the last one. If one hangs, other threads do the rest. The
/// threads of the caller never leave their own namespace, so there is no way back that could fail. A socket that was
/// opened in a namespace stays there, and all threads can use it.
package enum NamespaceThread {
  /// What came of one visit.
  ///
  /// It is not a `Result`: the Swift runtime would search the whole executable for the conformance of its error.
  package enum Visit<Value: Sendable>: Sendable {
    /// What was done there has this result.
    case done(Value)
    /// The namespace was not entered.
    case failed(NamespaceError)
  }

  /// Enters each of several namespaces and does something there.
  ///
  /// It is not generic, because it is the way of the most used commands: see `PatientLookup`.
  ///
  /// - Parameters:
  ///   - namespaces: For each namespace the files that it may be, such as `/run/netns/blue` and `/proc/1234/ns/net`. The
  ///     first namespace among them counts.
  ///   - body: What to do, with the number of the namespace and, where it was not entered, the reason. It is not called
  ///     for a namespace that hangs, or is called too late.
  /// - Throws: `Errno`, when no thread can be created. Then nothing is done.
  package static func enter(
    each namespaces: [[FilePath]], _ body: @escaping @Sendable (Int, NamespaceError?) -> Void
  ) throws(Errno) {
    try PatientLookup.each(upTo: namespaces.count) { number in
      do throws(NamespaceError) { try enter(namespaces[number]) } catch { return body(number, error) }
      body(number, nil)
    }
  }

  /// Does something in each of several namespaces.
  ///
  /// - Parameters:
  ///   - namespaces: For each namespace the files that it may be, such as `/run/netns/blue` and `/proc/1234/ns/net`. The
  ///     first namespace among them counts.
  ///   - body: What to do.
  /// - Returns: For each namespace what `body` returned, or why it was not entered.
  package static func visit<Value: Sendable>(
    inEach namespaces: [[FilePath]], _ body: @escaping @Sendable () -> Value
  ) -> [Visit<Value>] {
    do throws(Errno) {
      let visits = try PatientLookup.each(namespaces) { files -> Visit<Value> in
        do throws(NamespaceError) { try enter(files) } catch { return .failed(error) }
        return .done(body())
      }
      return visits.map { $0 ?? .failed(.timedOut) }
    } catch {
      return namespaces.map { _ in .failed(.noThread(error)) }
    }
  }

  /// Does something in one namespace.
  ///
  /// - Parameters:
  ///   - namespace: The files that it may be.
  ///   - body: What to do.
  /// - Returns: What `body` returned.
  /// - Throws: ``NamespaceError``.
  package static func run<Value: Sendable>(
    in namespace: [FilePath], _ body: @escaping @Sendable () -> Value
  ) throws(NamespaceError) -> Value {
    switch visit(inEach: [namespace], body)[0] {
    case .done(let value): return value
    case .failed(let error): throw error
    }
  }

  /// Moves the calling thread into the first of these files that is a network namespace.
  ///
  /// Two directories may have a file of this name: one that an ended namespace has left, and a namespace.
  private static func enter(_ files: [FilePath]) throws(NamespaceError) {
    var obstacle: NamespaceError?
    for file in files {
      // If a file of this name is no namespace, the name still does not mean a process.
      guard obstacle == nil || !file.isLinkOfProcess else { continue }
      do throws(NamespaceError) {
        return try enter(file)
      } catch {
        switch error {
        case .notOpened(.noSuchFileOrDirectory): continue
        case .notANamespace: obstacle = obstacle ?? error
        default: throw error
        }
      }
    }
    throw obstacle ?? .notOpened(.noSuchFileOrDirectory)
  }

  private static func enter(_ path: FilePath) throws(NamespaceError) {
    let descriptor = if let path = ProcessPath(path) { try opened(path) } else { try opened(path) }
    defer { close(descriptor) }
    guard network_namespace_enter(descriptor) == 0 else {
      throw errno == EINVAL ? .notANamespace(.invalidArgument) : .notEntered(Errno(rawValue: errno))
    }
  }

  /// Opens a file if it may be a namespace.
  ///
  /// Opening a device can have side effects, and a named pipe would wait.
  private static func opened(_ path: FilePath) throws(NamespaceError) -> CInt {
    // Only root can exchange a file there. Elsewhere, the file is held by a reference while it is checked.
    let isSafe = path.starts(with: "/run/netns") || path.isLinkOfProcess
    let handle = isSafe ? -1 : path.withPlatformString { open($0, file_handle_only | O_CLOEXEC) }
    defer { if handle >= 0 { close(handle) } }
    guard isSafe || handle >= 0 else { throw .notOpened(Errno(rawValue: errno)) }
    var file = stat()
    guard (isSafe ? path.withPlatformString { stat($0, &file) } : fstat(handle, &file)) == 0 else {
      throw .notOpened(Errno(rawValue: errno))
    }
    return try opened(isSafe ? path : FilePath("/proc/thread-self/fd/\(handle)"), file)
  }

  private static func opened(_ path: ProcessPath) throws(NamespaceError) -> CInt {
    let handle: CInt
    do throws(Errno) { handle = try path.open(file_handle_only) } catch { throw .notOpened(error) }
    defer { close(handle) }
    var file = stat()
    guard fstat(handle, &file) == 0 else { throw .notOpened(Errno(rawValue: errno)) }
    return try opened(FilePath("/proc/thread-self/fd/\(handle)"), file)
  }

  private static func opened(_ path: FilePath, _ file: stat) throws(NamespaceError) -> CInt {
    guard file.st_mode & S_IFMT == S_IFREG else { throw .notANamespace(nil) }
    let options = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
    let descriptor = path.withPlatformString { open($0, options) }
    guard descriptor < 0 else { return descriptor }
    // The plain file that `ip netns add` makes first may refuse to be opened, and is no namespace yet.
    guard !path.isOtherThanNamespace else { throw .notANamespace(nil) }
    // It may have become one since then.
    let second = path.withPlatformString { open($0, options) }
    guard second >= 0 else { throw .notOpened(Errno(rawValue: errno)) }
    return second
  }
}

/// Why a network namespace was not entered.
package enum NamespaceError: Error, Sendable, Hashable {
  /// The file could not be opened.
  case notOpened(Errno)
  /// The file is no network namespace; the errno is the kernel's answer, if the kernel was asked.
  case notANamespace(Errno?)
  /// The kernel does not let the caller enter.
  case notEntered(Errno)
  /// The system provides no thread.
  case noThread(Errno)
  /// The work there did not end in time.
  case timedOut
}

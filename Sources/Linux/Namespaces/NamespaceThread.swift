// SPDX-License-Identifier: Apache-2.0

internal import CSyscalls
internal import Glibc
package import SystemPackage

/// Goes into network namespaces to open something there.
///
/// A thread made for it goes from one to the next and ends there: none of the caller's ever leaves its own namespace, so
/// there is no way back that could fail. What is opened in a namespace, a socket for one, stays there and can be used
/// by all threads.
package enum NamespaceThread {
  /// Does something in each of several namespaces.
  ///
  /// - Parameters:
  ///   - namespaces: For each namespace the files that it may be, of which the first that is there is it: in
  ///     `/run/netns`, `/proc/1234/ns/net`, or another that a namespace is bound to.
  ///   - body: What to do.
  /// - Returns: For each namespace what `body` returned, or why it was not entered.
  package static func run<Value: Sendable>(
    inEach namespaces: [[FilePath]], _ body: @escaping @Sendable () -> Value
  ) -> [Result<Value, NamespaceError>] {
    do throws(ThreadWithTimeout.Obstacle) {
      return try ThreadWithTimeout.run(within: .seconds(5)) {
        namespaces.map { files in
          Result { () throws(NamespaceError) in
            try enter(files)
            return body()
          }
        }
      }
    } catch {
      let failure: NamespaceError =
        switch error {
        case .timedOut: .timedOut
        case .noThread(let errno): .noThread(errno)
        }
      return namespaces.map { _ in .failure(failure) }
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
    try run(inEach: [namespace], body)[0].get()
  }

  /// Moves the calling thread into the first of these files that is a network namespace.
  ///
  /// A name may be that of a file which an ended namespace has left in one directory, and of a namespace in another one.
  private static func enter(_ files: [FilePath]) throws(NamespaceError) {
    var obstacle: NamespaceError?
    for file in files {
      // The name of a file that is no namespace is not the number of a process.
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

  /// Opens a file if it may be a namespace: to open a device may set it off, and a named pipe would wait for its other end.
  private static func opened(_ path: FilePath) throws(NamespaceError) -> CInt {
    var file = stat()
    guard path.withPlatformString({ stat($0, &file) }) == 0 else { throw .notOpened(Errno(rawValue: errno)) }
    return try opened(path, file)
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
    let descriptor = path.withPlatformString { open($0, O_RDONLY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw .notOpened(Errno(rawValue: errno)) }
    return descriptor
  }
}

/// Why a network namespace was not entered.
package enum NamespaceError: Error, Sendable, Hashable {
  /// The file could not be opened.
  case notOpened(Errno)
  /// The file is no network namespace; the errno is the kernel's, where it was asked.
  case notANamespace(Errno?)
  /// The kernel does not let the caller enter.
  case notEntered(Errno)
  /// The system gives no thread to enter it with.
  case noThread(Errno)
  /// What was to be done there did not end in time.
  case timedOut
}

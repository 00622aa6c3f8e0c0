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

  /// Moves the calling thread into the first of these that is there.
  private static func enter(_ files: [FilePath]) throws(NamespaceError) {
    for file in files {
      do throws(NamespaceError) {
        return try enter(file)
      } catch .notOpened(.noSuchFileOrDirectory) {
        continue
      }
    }
    throw .notOpened(.noSuchFileOrDirectory)
  }

  private static func enter(_ path: FilePath) throws(NamespaceError) {
    // To open a device may set it off, and a named pipe would wait for its other end.
    var file = stat()
    guard path.withPlatformString({ stat($0, &file) }) == 0 else { throw .notOpened(Errno(rawValue: errno)) }
    guard file.st_mode & S_IFMT == S_IFREG else { throw .notANamespace(nil) }
    let descriptor = path.withPlatformString { open($0, O_RDONLY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw .notOpened(Errno(rawValue: errno)) }
    defer { close(descriptor) }
    guard network_namespace_enter(descriptor) == 0 else {
      throw errno == EINVAL ? .notANamespace(.invalidArgument) : .notEntered(Errno(rawValue: errno))
    }
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

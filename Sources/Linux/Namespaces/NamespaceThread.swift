// SPDX-License-Identifier: Apache-2.0

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

  /// Moves the calling thread into the namespace with a number.
  package typealias Entering = @Sendable (Int) throws(NamespaceError) -> Void

  /// Enters each of several namespaces and does something there.
  ///
  /// It is not generic, because it is the way of the most used commands: see `PatientLookup`.
  ///
  /// - Parameters:
  ///   - count: How many namespaces there are.
  ///   - enter: Enters the namespace with a number.
  ///   - body: What to do, with the number of the namespace and, where it was not entered, the reason. It is not called
  ///     for a namespace that hangs, or is called too late.
  /// - Throws: `Errno`, when no thread can be created. Then nothing is done.
  package static func enter(
    each count: Int, by enter: @escaping Entering,
    _ body: @escaping @Sendable (Int, NamespaceError?) -> Void
  ) throws(Errno) {
    try PatientLookup.each(upTo: count) { number in
      do throws(NamespaceError) { try enter(number) } catch { return body(number, error) }
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
      return try PatientLookup.each(namespaces, unanswered: .failed(.timedOut)) { files in
        do throws(NamespaceError) { try enter(files) } catch { return .failed(error) }
        return .done(body())
      }
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
  /// - Throws: ``NamespaceError``.
  package static func enter(_ files: [FilePath]) throws(NamespaceError) {
    var entrance = NamespaceEntrance()
    for file in files {
      if let path = ProcessPath(file) {
        guard try !entrance.enter(path) else { return }
      } else {
        var answer = Result<Bool, NamespaceError>.success(false)
        file.withPlatformString { path in
          answer = Result { () throws(NamespaceError) in try entrance.enter(path) }
        }
        guard try !answer.get() else { return }
      }
    }
    throw entrance.failure
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

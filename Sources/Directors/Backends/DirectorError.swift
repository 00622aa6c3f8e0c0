// SPDX-License-Identifier: Apache-2.0

package import IPVS
package import Ipvsadm
internal import SystemPackage
internal import Text

/// Why a director did not do what was asked of it.
package struct DirectorError: Error, Sendable, Hashable {
  /// What failed.
  package enum Cause: Sendable, Hashable {
    /// The kernel, however it was asked.
    case kernel(IPVSError)
    /// The program ipvsadm.
    case program(IpvsadmError)
  }

  /// What failed.
  package let cause: Cause
  /// The backend that failed where `auto` had turned to it, and why `auto` had.
  package private(set) var fallback: Fallback
  /// The timeouts that were set, but then could not be read back; `nil` where that is not what failed.
  package private(set) var wasSet: Timeouts?

  /// A failure of whatever was asked.
  package init(_ cause: Cause, after fallback: Fallback = .notNeeded, wasSet: Timeouts? = nil) {
    self.cause = cause
    self.fallback = fallback
    self.wasSet = wasSet
  }

  /// A failure of the kernel.
  package static func kernel(_ error: IPVSError) -> DirectorError { DirectorError(.kernel(error)) }

  /// A failure of the program ipvsadm.
  package static func program(_ error: IpvsadmError) -> DirectorError { DirectorError(.program(error)) }

  /// The same failure of a backend to which `auto` may have turned.
  func after(_ fallback: Fallback) -> DirectorError {
    var error = self
    error.fallback = fallback
    return error
  }

  /// The same failure where these timeouts had been set and were to be read back.
  package func readingBack(_ timeouts: Timeouts) -> DirectorError {
    var error = self
    error.wasSet = timeouts
    return error
  }
}

extension DirectorError {
  /// The error because of which `auto` turned to the backend that then failed; `nil` where it did not turn.
  package var fallbackFrom: IPVSError? { fallback.reason }

  /// The network namespace in which it happened.
  package var namespace: NetworkNamespace {
    switch cause {
    case .kernel(let error): error.namespace
    case .program(let error): error.namespace
    }
  }

  /// Whether the caller is the reason, so that it would fail in the same way in every network namespace.
  ///
  /// A caller who may not open one namespace (EACCES) may still enter others. A change that was made is not repeated.
  package var isSameEverywhere: Bool {
    guard wasSet == nil else { return false }
    switch cause {
    case .kernel(let error):
      return error.underlyingErrno != .permissionDenied
        && [.notRoot, .missingCapability, .userNamespace].contains(error.code)
    case .program(let error):
      if case .notPermitted = error.cause { return true } else { return false }
    }
  }

  /// Whether there is no such network namespace, not yet or no longer.
  package var namespaceIsMissing: Bool {
    guard wasSet == nil else { return false }
    switch cause {
    case .kernel(let error): return [.noSuchNamespace, .notANamespace].contains(error.code)
    case .program(let error): return [.noSuchNamespace, .notANamespace].contains(error.cause)
    }
  }
}

extension DirectorError: CustomStringConvertible {
  /// The sentence for people: what failed, why, and what to do.
  ///
  /// Where two backends failed, it has both reasons, and then the advice: one cure where one cures both.
  package var description: String {
    guard let wasSet else { return failure }
    return "the timeouts \(wasSet.assignments) were set, but not read back: \(failure); check with"
      + " `\(NamespaceCommands(namespace).showing)`"
  }

  private var failure: String {
    switch (fallback, cause) {
    case (.notNeeded, .kernel(let error)): error.sentence
    case (.notNeeded, .program(let error)): error.description
    case (.taken(_, let backend, let first), .kernel(let second)):
      "\(first.description), and with \(backend.words): \(second.description)"
        + advice(first.advice, or: second.advice)
    case (.taken(_, _, let first), .program(let second)):
      "\(first.description), and the program \(second.program.printable) cannot either"
        + "\(second.elsewhere(than: first)): \(second.reason)\(advice(first.advice, or: second.otherAdvice))"
    }
  }

  /// The advice for two failures, each after a semicolon.
  private func advice(_ first: String?, or second: String?) -> String {
    switch (first, second) {
    case (let first?, let second?): "; \(first); or \(second)"
    case (let only?, nil), (nil, let only?): "; \(only)"
    case (nil, nil): ""
    }
  }
}

extension IpvsadmError {
  /// Where it happened, if not in the network namespace that the sentence has already named.
  fileprivate func elsewhere(than other: IPVSError) -> String {
    namespace == other.namespace ? "" : " in \(namespace.place)"
  }

  /// What to do in place of the cure for the kernel; `nil` where the program lacks IPVS, too, and the same cure helps.
  fileprivate var otherAdvice: String? {
    if case .unavailable = cause { nil } else { advice }
  }
}

// SPDX-License-Identifier: Apache-2.0

package import IPVS
package import Ipvsadm
internal import SystemPackage
internal import Text

/// The error of a director.
package struct DirectorError: Error, Sendable, Hashable {
  /// The failure.
  package enum Cause: Sendable, Hashable {
    /// The kernel failed, or refused.
    case kernel(IPVSError)
    /// The program ipvsadm failed.
    case program(IpvsadmError)
  }

  /// The failure.
  package let cause: Cause
  /// The fallback to the backend that failed, and its reason.
  package private(set) var fallback: Fallback
  /// The timeouts that were set but could not be read back; `nil` for another failure.
  package private(set) var wasSet: Timeouts?

  /// Creates an error from its parts.
  package init(_ cause: Cause, after fallback: Fallback = .notNeeded, wasSet: Timeouts? = nil) {
    self.cause = cause
    self.fallback = fallback
    self.wasSet = wasSet
  }

  /// A failure of the kernel.
  package static func kernel(_ error: IPVSError) -> DirectorError { DirectorError(.kernel(error)) }

  /// A failure of the program ipvsadm.
  package static func program(_ error: IpvsadmError) -> DirectorError { DirectorError(.program(error)) }

  /// The same failure, after a fallback of `auto`.
  func after(_ fallback: Fallback) -> DirectorError {
    var error = self
    error.fallback = fallback
    return error
  }

  /// The same failure, while reading back these timeouts.
  package func readingBack(_ timeouts: Timeouts) -> DirectorError {
    var error = self
    error.wasSet = timeouts
    return error
  }
}

extension DirectorError {
  /// The error that caused the fallback; `nil` if there was none.
  package var fallbackFrom: IPVSError? { fallback.reason }

  /// The network namespace of the failure.
  package var namespace: NetworkNamespace {
    switch cause {
    case .kernel(let error): error.namespace
    case .program(let error): error.namespace
    }
  }

  /// Whether the reason is the caller, so that every network namespace would fail in the same way.
  ///
  /// A caller that may not open one namespace (EACCES) may still enter others. After a change this is false, because
  /// the change must not be repeated.
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

  /// Whether there is no such network namespace, not yet or not any longer.
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
  /// If two backends failed, it contains both reasons, then the advice for both; only one advice if one cure helps
  /// both. If the second one failed because the network namespace belongs to another user namespace, it contains only
  /// that reason.
  package var description: String {
    guard let wasSet else { return failure }
    return "the timeouts \(wasSet.assignments) were set, but not read back: \(failure); check with"
      + " `\(NamespaceCommands(namespace).showing)`"
  }

  private var failure: String {
    switch (fallback, cause) {
    case (.notNeeded, .kernel(let error)): error.sentence
    case (.notNeeded, .program(let error)): error.description
    // Netlink refuses the caller everywhere, so only the reason of this namespace helps.
    case (.taken, .kernel(let second)) where second.code == .foreignNamespace: second.sentence
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
  /// The place of the failure, if the sentence has not named it already.
  fileprivate func elsewhere(than other: IPVSError) -> String {
    namespace == other.namespace ? "" : " in \(namespace.place)"
  }

  /// Advice besides that for the kernel; `nil` if the program lacks IPVS, too, and the same cure helps.
  fileprivate var otherAdvice: String? {
    if case .unavailable = cause { nil } else { advice }
  }
}

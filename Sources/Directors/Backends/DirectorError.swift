// SPDX-License-Identifier: Apache-2.0

package import IPVS
package import Ipvsadm
internal import SystemPackage
internal import Text

/// Why a backend did not do what was asked of it.
package enum DirectorError: Error, Sendable, Hashable {
  /// Netlink failed.
  case kernel(IPVSError)
  /// The program ipvsadm failed.
  case ipvsadm(IpvsadmError)
  /// Netlink failed, then the program ipvsadm, to which `auto` had turned.
  indirect case both(IPVSError, IpvsadmError)
  /// These timeouts were set, but reading them back failed.
  indirect case notReadBack(Timeouts, DirectorError)
}

extension DirectorError {
  /// A failure of the program, to which `auto` may have turned because of another error.
  init(_ error: IpvsadmError, after fallback: Fallback) {
    self = if case .toIpvsadm(let reason) = fallback { .both(reason, error) } else { .ipvsadm(error) }
  }

  /// The same failure, with the error because of which `auto` turned to the program.
  func after(_ fallback: Fallback) -> DirectorError {
    if case .ipvsadm(let error) = self { DirectorError(error, after: fallback) } else { self }
  }
}

extension DirectorError {
  /// The network namespace in which it happened.
  package var namespace: NetworkNamespace {
    switch self {
    case .kernel(let error): error.namespace
    case .ipvsadm(let error), .both(_, let error): error.namespace
    case .notReadBack(_, let error): error.namespace
    }
  }

  /// Whether it is because of the caller, and so would be the same in every network namespace.
  ///
  /// Who may not even open a namespace (EACCES) may enter others all the same.
  package var isSameEverywhere: Bool {
    switch self {
    case .kernel(let error):
      error.errno != .permissionDenied && [.notRoot, .missingCapability, .userNamespace].contains(error.code)
    case .ipvsadm(let error), .both(_, let error):
      if case .notPermitted = error.cause { true } else { false }
    case .notReadBack: false
    }
  }

  /// Whether the file of the namespace is none, or not yet, or no longer.
  package var namespaceIsMissing: Bool {
    switch self {
    case .kernel(let error): [.noSuchNamespace, .notANamespace].contains(error.code)
    case .ipvsadm(let error), .both(_, let error): [.noSuchNamespace, .notANamespace].contains(error.cause)
    case .notReadBack: false
    }
  }
}

extension DirectorError: CustomStringConvertible {
  /// The sentence for people.
  package var description: String {
    switch self {
    case .kernel(let error): error.description
    case .ipvsadm(let error): error.description
    case .notReadBack(let timeouts, let error):
      "the timeouts \(timeouts.assignments) were set, but then: \(error); run `\(error.namespace.showing)`"
    case .both(let first, let second):
      "\(first); the program \(second.program.printable) was tried instead\(second.elsewhere(than: first)):"
        + " \(second.reason)"
    }
  }
}

extension IpvsadmError {
  /// Where it happened, if not in the network namespace that the sentence has already named.
  fileprivate func elsewhere(than other: IPVSError) -> String {
    namespace == other.namespace ? "" : " in \(namespace.place)"
  }
}

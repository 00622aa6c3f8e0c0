// SPDX-License-Identifier: Apache-2.0

package import IPVS

/// Which way to the kernel's timeouts to take.
package enum BackendChoice: String, Sendable, CaseIterable {
  /// The first backend, and another one only where the first is not there.
  case auto
  /// Generic netlink, family IPVS.
  case netlink
  /// The program ipvsadm.
  case ipvsadm
}

extension BackendChoice {
  /// The backend as sentences name it.
  package var words: String { Backend.kind(self)?.words ?? rawValue }

  /// What follows where `auto` has turned to this backend.
  package var caution: String { (Backend.kind(self) ?? Backend.self).caution }

  /// All choices, for the help.
  package static var list: String {
    let names = allCases.map(\.rawValue)
    return "\(names.dropLast().joined(separator: ", ")) or \(names.last ?? "")"
  }

  /// Which backend `auto` takes where, for the help.
  package static var rule: String {
    var parts: [String] = []
    while let kind = Backend.kind(at: parts.count) {
      parts.append(kind.words + (kind.condition.map { " \($0)" } ?? ""))
    }
    return "auto takes \(parts.joined(separator: ", and "))."
  }
}

/// Whether `auto` turned from its first backend to another one, and why.
///
/// Not an optional error: that is large, and to copy and destroy it costs the way that every call takes.
package indirect enum Fallback: Sendable, Hashable {
  /// It did not.
  case notNeeded
  /// It did, because of this error.
  case taken(from: BackendChoice, to: BackendChoice, because: IPVSError)

  /// The error because of which it did; `nil` where it did not.
  package var reason: IPVSError? {
    if case .taken(_, _, let reason) = self { reason } else { nil }
  }

  /// That an answer came another way than expected; `nil` where it did not.
  package var sentence: String? {
    guard case .taken(let first, let second, let reason) = self else { return nil }
    return "using \(second.words) instead of \(first.words): \(reason)"
  }
}

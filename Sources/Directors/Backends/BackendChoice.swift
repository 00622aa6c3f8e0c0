// SPDX-License-Identifier: Apache-2.0

package import IPVS

/// Which backend to use.
package enum BackendChoice: String, Sendable, CaseIterable {
  /// The first backend, and another one only where the first is not there.
  case auto
  /// Generic netlink, family IPVS.
  case netlink
  /// The program ipvsadm.
  case ipvsadm
}

extension Backend {
  /// The backends, in the order in which `auto` tries them: to add one, write its file, its choice, and its line here.
  static func kind(at position: Int) -> Backend.Type? {
    switch position {
    case 0: NetlinkBackend.self
    case 1: IpvsadmBackend.self
    default: nil
    }
  }
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
    return "auto uses \(parts.joined(separator: ", and "))."
  }
}

/// Whether `auto` turned from its first backend to another one, and why.
///
/// Not an optional error: that is large, and to copy and destroy it slows down every call.
package indirect enum Fallback: Sendable, Hashable {
  /// `auto` did not turn, or was not asked.
  case notNeeded
  /// `auto` turned, because of this error of the first backend.
  case taken(from: BackendChoice, to: BackendChoice, because: IPVSError)

  /// The error of the first backend; `nil` where `auto` did not turn.
  package var reason: IPVSError? {
    if case .taken(_, _, let reason) = self { reason } else { nil }
  }

  /// The remark for people that another backend answers; `nil` where `auto` did not turn.
  package var sentence: String? {
    guard case .taken(let first, let second, let reason) = self else { return nil }
    return "using \(second.words) instead of \(first.words): \(reason.sentence)"
  }
}

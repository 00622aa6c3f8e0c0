// SPDX-License-Identifier: Apache-2.0

package import IPVS

/// The backend to use.
package enum BackendChoice: String, Sendable, CaseIterable {
  /// The first backend, and another one only if the first is not available.
  case auto
  /// Generic netlink, family IPVS.
  case netlink
  /// The kernel's socket options.
  case sockopt
  /// The program ipvsadm.
  case ipvsadm
}

extension Backend {
  /// The backends, in the order in which `auto` tries them.
  ///
  /// To add one, write its file, its choice, and its line here.
  static func kind(at position: Int) -> Backend.Type? {
    switch position {
    case 0: NetlinkBackend.self
    case 1: SockoptBackend.self
    case 2: IpvsadmBackend.self
    default: nil
    }
  }
}

extension BackendChoice {
  /// The name of the backend in sentences.
  package var words: String { Backend.kind(self)?.words ?? rawValue }

  /// The consequence if `auto` uses this backend instead of the first.
  package var caution: String { (Backend.kind(self) ?? Backend.self).caution }

  /// Whether it answers as the first backend does, so that nothing has to be fixed where `auto` uses it.
  package var isEquivalent: Bool { (Backend.kind(self) ?? Backend.self).isEquivalent }

  /// All choices, for the help.
  package static var list: String {
    let names = allCases.map(\.rawValue)
    return "\(names.dropLast().joined(separator: ", ")) or \(names.last ?? "")"
  }

  /// When `auto` uses which backend, for the help.
  package static var rule: String {
    var parts: [String] = []
    while let kind = Backend.kind(at: parts.count) {
      parts.append(kind.words + (kind.condition.map { " \($0)" } ?? ""))
    }
    return "auto uses \(parts.joined(separator: ", and "))."
  }
}

/// Whether `auto` used another backend than its first, and why.
///
/// This is not an optional error, because that is large, and copying it would slow down every call.
package indirect enum Fallback: Sendable, Hashable {
  /// There was no fallback, or the choice was not `auto`.
  case notNeeded
  /// There was a fallback, because of this error of the first backend.
  case taken(from: BackendChoice, to: BackendChoice, because: IPVSError)

  /// The error of the first backend; `nil` if there was no fallback.
  package var reason: IPVSError? {
    if case .taken(_, _, let reason) = self { reason } else { nil }
  }

  /// The remark for people that another backend is used; `nil` if there was no fallback.
  package var sentence: String? {
    guard case .taken(let first, let second, let reason) = self else { return nil }
    let cause = second.isEquivalent ? reason.description : reason.sentence
    return "using \(second.words) instead of \(first.words): \(cause)"
  }
}

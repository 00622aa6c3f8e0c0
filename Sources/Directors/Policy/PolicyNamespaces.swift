// SPDX-License-Identifier: Apache-2.0

package import IPVS
internal import Text

extension NamespaceList {
  /// Adds the namespaces at the paths that a policy names.
  ///
  /// A policy may name any path, also one with links in it.
  package mutating func add(boundBy policy: PolicyFile) {
    add(at: policy.lines.map(\.namespace).filter(\.mayBeElsewhere), named: \.text) { $0.filesElsewhere }
  }
}

extension PolicyFile {
  /// Whether a line matches a namespace other than the caller's own.
  package func isAbout(_ known: NamespaceInfo) -> Bool {
    lines.contains { $0.namespace.matches(isHost: false, paths: known.namespace.paths(known)) }
  }
}

extension PolicyLine {
  /// Finds the file that the line names although it is no namespace.
  ///
  /// - Parameter leftovers: The files that are no namespaces although they are where namespaces are bound.
  /// - Returns: The file; `nil` if there is none.
  package func leftover(in leftovers: [String]) -> String? {
    namespace.isExact ? leftovers.first { namespace.matches(isHost: false, paths: [$0]) } : nil
  }

  /// Why the line matches no namespace, in one sentence that does not end in a full stop.
  ///
  /// - Parameters:
  ///   - leftovers: The files that are no namespaces although they are where namespaces are bound.
  ///   - hostPaths: Every path at which the caller's own namespace is bound.
  /// - Returns: The sentence.
  package func mismatch(leftovers: [String], hostPaths: [String]) -> String {
    let fact = "no network namespace matches \"\(namespace.text.printable)\""
    if let file = leftover(in: leftovers) { return "\(fact): \(file.printable) is another file" }
    if namespace.matches(isHost: false, paths: hostPaths) {
      return "\(fact): only this one has such a name, and a line for it begins with `host`"
    }
    return fact
  }
}

// SPDX-License-Identifier: Apache-2.0

package import IPVS
package import SystemPackage
internal import Text

extension NamespaceList {
  /// Adds the namespaces at the paths that a policy names.
  ///
  /// A policy may name any path, also one with links in it.
  ///
  /// - Returns: The lines whose paths could not be looked up. Each may match more namespaces than are in the list.
  package mutating func add(boundBy policy: PolicyFile) -> [UnreadPolicyLine] {
    let lines = policy.lines.filter(\.namespace.mayBeElsewhere)
    guard !lines.isEmpty else { return [] }
    let reasons = add(at: lines.map(\.namespace)) { pattern, deadline throws(Errno) in
      try pattern.filesElsewhere(until: deadline)
    }
    return zip(lines, reasons).compactMap { line, reason in
      reason.map { UnreadPolicyLine(path: policy.path, line: line, reason: $0) }
    }
  }
}

/// A line of the policy whose pattern could not be looked up.
package struct UnreadPolicyLine: Sendable, Hashable {
  /// The path of the policy.
  package let path: FilePath
  /// The line.
  package let line: PolicyLine
  /// The reason: `.timedOut` if the time was over, `.fileTooLarge` if there are too many files, `.canceled` if the time
  /// was over before the line was tried.
  package let reason: Errno

  /// Creates one from its parts.
  package init(path: FilePath, line: PolicyLine, reason: Errno) {
    self.path = path
    self.line = line
    self.reason = reason
  }

  /// Whether it was tried.
  ///
  /// If not, the lines before it took all the time, and nothing is known about it.
  package var wasTried: Bool { reason != .canceled }

  /// What failed, and why.
  package var failure: String {
    let place = "\(path.string.printable):\(line.number)"
    guard wasTried else {
      return "\(place): \"\(line.namespace.text.printable)\" was not tried: other lines took the 5 s for all of them"
    }
    let cause =
      switch reason {
      case .timedOut: "the files did not answer within 5 s"
      case .fileTooLarge: "there are more than 10000 files"
      default: "\(reason.description), errno \(reason.rawValue)"
      }
    return "\(place): cannot look up \"\(line.namespace.text.printable)\" (\(cause))"
  }

  /// What to do.
  package var advice: String {
    switch reason {
    case .timedOut, .canceled: "write fewer wildcards, or check the mounts (`findmnt`)"
    case .fileTooLarge: "write fewer wildcards"
    case .permissionDenied, .notPermitted: "run it as root with the capability CAP_DAC_READ_SEARCH"
    default: "check the path (`namei -l`), or write another one"
    }
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

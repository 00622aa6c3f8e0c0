// SPDX-License-Identifier: Apache-2.0

package import IPVS
package import SystemPackage

/// The policy: the wanted timeouts for each network namespace, read from a file.
///
/// Each line has four fields, separated by blanks or tabs: a namespace and the three timeouts, for example
///
///     # namespace          tcp   tcpfin  udp
///     host                 15m   30s     60s
///     /run/docker/netns/*  2h    -       -
package struct PolicyFile: Sendable, Hashable {
  /// The usual path of the policy.
  package static let usualPath: FilePath = "/etc/ipvs-timeout.conf"

  /// The path of the file.
  package let path: FilePath
  /// The lines with a rule, in order.
  package let lines: [PolicyLine]

  /// Reads a policy from a file; symbolic links are followed.
  ///
  /// - Throws: ``PolicyError``, when the file cannot be read, may not be trusted, or has mistakes.
  package init(contentsOf path: FilePath) throws(PolicyError) {
    let bytes: [UInt8]
    do throws(PolicyObstacle) {
      bytes = try PolicyBytes.read(path)
    } catch {
      throw .unreadable(path, error)
    }
    try self.init(parsing: bytes, path: path)
  }

  /// Reads a policy from the bytes of a file.
  ///
  /// - Throws: ``PolicyError/mistakes(_:more:)``, with the first hundred mistakes in the file, and the number of others.
  package init(parsing bytes: [UInt8], path: FilePath) throws(PolicyError) {
    let parser = PolicyParser(bytes, path: path)
    guard parser.mistakes.isEmpty else { throw .mistakes(parser.mistakes, more: parser.moreMistakes) }
    self.path = path
    self.lines = parser.lines
  }

  /// Finds the timeouts wanted in a network namespace.
  ///
  /// For each value, the last matching line that names it decides.
  ///
  /// - Parameters:
  ///   - isHost: Whether it is the namespace in which the program was started.
  ///   - paths: Every path at which it is bound, absolute, and with `/run` in place of `/var/run` if that is a link.
  /// - Returns: The wanted timeouts, and the lines that decide them.
  package func demand(isHost: Bool, paths: [String]) -> PolicyDemand {
    PolicyDemand(lines, isHost: isHost, paths: paths)
  }

  /// Finds the timeouts wanted in a network namespace, as ``demand(isHost:paths:)`` does.
  ///
  /// - Parameters:
  ///   - namespace: The namespace.
  ///   - known: The known facts about it, if it was looked up.
  /// - Returns: The wanted timeouts, and the lines that decide them.
  package func demand(in namespace: NetworkNamespace, known: NamespaceInfo?) -> PolicyDemand {
    demand(isHost: namespace.isOwn(known), paths: namespace.paths(known))
  }
}

/// A line of the policy with a rule.
package struct PolicyLine: Sendable, Hashable {
  /// The number of the line in the file, from 1.
  package let number: Int
  /// The network namespaces that it is for.
  package let namespace: NamespacePattern
  /// The wanted timeouts; `nil` keeps a value.
  package let timeouts: Timeouts
}

/// The timeouts that the policy wants in one network namespace.
package struct PolicyDemand: Sendable, Hashable {
  /// The wanted timeouts; `nil` if no line names one.
  package private(set) var timeouts = Timeouts()
  /// The lines that decide a timeout, the last one of the file first.
  private var deciding: [PolicyLine] = []

  /// Finds the wanted values from the last line backwards.
  init(_ lines: [PolicyLine], isHost: Bool, paths: [String]) {
    for line in lines.reversed() {
      // It is cheaper to check whether the line adds a value than whether it matches.
      let filled = timeouts.merging(line.timeouts)
      guard filled != timeouts, line.namespace.matches(isHost: isHost, paths: paths) else { continue }
      deciding.append(line)
      timeouts = filled
    }
  }

  /// The number of the line that decides a timeout; `nil` if none does.
  package func line(of name: Timeouts.Name) -> Int? { deciding.first { $0.timeouts[name] != nil }?.number }
}

// SPDX-License-Identifier: Apache-2.0

package import IPVS
package import SystemPackage

/// The policy: the timeouts wanted, per network namespace, as a file says.
///
/// Every line has four fields between blanks or tabs: a namespace and the three timeouts, as in
///
///     # namespace          tcp   tcpfin  udp
///     host                 15m   30s     60s
///     /run/docker/netns/*  2h    -       -
package struct PolicyFile: Sendable, Hashable {
  /// Where the policy of a host is.
  package static let usualPath: FilePath = "/etc/ipvs-timeout.conf"

  /// The file it was read from.
  package let path: FilePath
  /// The lines that say something, in order.
  package let lines: [PolicyLine]

  /// Reads a policy from a file; symbolic links are followed.
  ///
  /// - Throws: ``PolicyError``, when the file cannot be read, may not be trusted, or there are mistakes in it.
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
  /// - Throws: ``PolicyError/mistakes(_:)``, with every mistake there is.
  package init(parsing bytes: [UInt8], path: FilePath) throws(PolicyError) {
    let parser = PolicyParser(bytes, path: path)
    guard parser.mistakes.isEmpty else { throw .mistakes(parser.mistakes) }
    self.path = path
    self.lines = parser.lines
  }

  /// Finds what is wanted in a network namespace: value by value, what the last line says that matches it.
  ///
  /// - Parameters:
  ///   - isHost: Whether it is the one that the tool was started in.
  ///   - paths: Every path at which it is bound, absolute, and without `/var/run` where that is a link to `/run`.
  /// - Returns: The timeouts wanted, and the lines that say so.
  package func demand(isHost: Bool, paths: [String]) -> PolicyDemand {
    PolicyDemand(lines, isHost: isHost, paths: paths)
  }

  /// Finds what is wanted in a network namespace, as ``demand(isHost:paths:)``.
  ///
  /// - Parameters:
  ///   - namespace: The namespace.
  ///   - known: What is known of it, where it was looked up.
  /// - Returns: The timeouts wanted, and the lines that say so.
  package func demand(in namespace: NetworkNamespace, known: NamespaceInfo?) -> PolicyDemand {
    demand(isHost: namespace.isOwn(known), paths: namespace.paths(known))
  }
}

/// A line of the policy that says something.
package struct PolicyLine: Sendable, Hashable {
  /// Its number in the file, from 1.
  package let number: Int
  /// Which network namespaces it is for.
  package let namespace: NamespacePattern
  /// What it wants there; `nil` where it leaves a timeout as it is.
  package let timeouts: Timeouts
}

/// What the policy wants in one network namespace.
package struct PolicyDemand: Sendable, Hashable {
  /// The timeouts wanted; `nil` where no line names one.
  package private(set) var timeouts = Timeouts()
  private var numbers: [Timeouts.Name: Int] = [:]

  /// Finds what is wanted, value by value, from the last line backwards.
  init(_ lines: [PolicyLine], isHost: Bool, paths: [String]) {
    for line in lines.reversed() {
      // Whether the line has anything to add is cheaper to see than whether it matches.
      let filled = timeouts.merging(line.timeouts)
      guard filled != timeouts, line.namespace.matches(isHost: isHost, paths: paths) else { continue }
      for name in Timeouts.Name.allCases where filled[name] != timeouts[name] { numbers[name] = line.number }
      timeouts = filled
    }
  }

  /// The number of the line that decides about a timeout; `nil` where none does.
  package func line(of name: Timeouts.Name) -> Int? { numbers[name] }
}

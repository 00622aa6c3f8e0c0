// SPDX-License-Identifier: Apache-2.0

public import IPVS
public import SystemPackage

/// The policy: the timeouts wanted, per network namespace, as a file says.
///
/// Every line has four fields between blanks or tabs: a namespace and the three timeouts, as in
///
///     # namespace          tcp   tcpfin  udp
///     host                 15m   30s     60s
///     /run/docker/netns/*  2h    -       -
public struct PolicyFile: Sendable, Hashable {
  /// Where the policy of a host is.
  public static let usualPath: FilePath = "/etc/ipvs-timeout.conf"

  /// The file it was read from.
  public let path: FilePath
  /// The lines that say something, in order.
  public let lines: [PolicyLine]

  /// Reads a policy from a file; symbolic links are followed.
  ///
  /// - Throws: ``PolicyError``, when the file cannot be read, may not be trusted, or there are mistakes in it.
  public init(contentsOf path: FilePath) throws(PolicyError) {
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
  public func demand(isHost: Bool, paths: [String]) -> PolicyDemand {
    PolicyDemand(lines, isHost: isHost, paths: paths)
  }

  /// Finds what is wanted in a network namespace, as ``demand(isHost:paths:)``.
  ///
  /// - Parameters:
  ///   - namespace: The namespace.
  ///   - known: What is known of it, where it was looked up.
  /// - Returns: The timeouts wanted, and the lines that say so.
  public func demand(in namespace: NetworkNamespace, known: KnownNamespace?) -> PolicyDemand {
    demand(isHost: namespace.isOwn(known), paths: namespace.paths(known))
  }
}

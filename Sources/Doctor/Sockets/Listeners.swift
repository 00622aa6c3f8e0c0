// SPDX-License-Identifier: Apache-2.0

package import IPVS

/// Where programs of this host wait for connections, in memory that does not grow without bound.
package struct Listeners: Sendable {
  /// How many endpoints are kept apart; each further one counts for all addresses.
  static let maximumEndpoints = 65_536

  private var ports = [Ports](repeating: [], count: Int(UInt16.max) + 1)
  private var endpoints: Set<Endpoint> = []
  package init() {}

  /// Adds an endpoint at which a program listens.
  package mutating func add(_ endpoint: Endpoint) {
    switch endpoint.address {
    case .anyIPv4: ports[Int(endpoint.port)].insert(.anyIPv4)
    case .anyIPv6: ports[Int(endpoint.port)].insert(.anyIPv6)
    case _ where endpoints.count < Listeners.maximumEndpoints:
      ports[Int(endpoint.port)].insert(.some)
      endpoints.insert(endpoint)
    default: ports[Int(endpoint.port)].insert(endpoint.address.isIPv6 ? .anyIPv6 : .anyIPv4)
    }
  }

  /// The endpoint at which a program listens for packets to this one; `nil` where none does.
  ///
  /// A socket that listens at all IPv6 addresses accepts IPv4 connections, too. It may refuse them (`IPV6_V6ONLY`),
  /// which matters only for a client that has chosen the same port.
  package func listener(for endpoint: Endpoint) -> Endpoint? {
    let ports = ports[Int(endpoint.port)]
    if ports.isEmpty { return nil }
    if ports.contains(.some), endpoints.contains(endpoint) { return endpoint }
    if ports.contains(.anyIPv4), !endpoint.address.isIPv6 { return Endpoint(.anyIPv4, port: endpoint.port) }
    return ports.contains(.anyIPv6) ? Endpoint(.anyIPv6, port: endpoint.port) : nil
  }

  /// The addresses of a port at which programs listen.
  private struct Ports: OptionSet, Sendable {
    let rawValue: UInt8
    static let some = Ports(rawValue: 1)
    static let anyIPv4 = Ports(rawValue: 2)
    static let anyIPv6 = Ports(rawValue: 4)
  }
}

extension InternetAddress {
  /// The address for all IPv4 addresses: `0.0.0.0`.
  static let anyIPv4 = InternetAddress(ipv4: 0)
  /// The address for all addresses: `::`.
  static let anyIPv6 = InternetAddress(ipv6: 0, 0)

  fileprivate static func ~= (pattern: InternetAddress, value: InternetAddress) -> Bool { pattern == value }
}

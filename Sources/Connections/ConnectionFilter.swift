// SPDX-License-Identifier: Apache-2.0

public import IPVS

/// Which connections are looked at; what is not said may be anything.
public struct ConnectionFilter: Sendable, Hashable {
  /// Their states; empty for all.
  public var states: Set<Connection.State> = []
  /// Their virtual service.
  public var service: Endpoint?
  /// The address of their real server.
  public var server: InternetAddress?
  /// The port of their real server.
  public var serverPort: UInt16?
  /// The address of their client.
  public var client: InternetAddress?

  /// A filter that lets all pass.
  public init() {}

  /// Whether a connection passes.
  public func passes(_ connection: Connection) -> Bool {
    (states.isEmpty || states.contains(connection.state))
      && (service == nil || service == connection.service)
      && (server == nil || server == connection.server.address)
      && (serverPort == nil || serverPort == connection.server.port)
      && (client == nil || client == connection.client.address)
  }

  /// Whether all pass.
  public var isOpen: Bool { self == ConnectionFilter() }
}

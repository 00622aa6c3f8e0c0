// SPDX-License-Identifier: Apache-2.0

/// An entry of the kernel's connection table.
public struct Connection: Sendable, Hashable {
  /// The transport protocol.
  public let transport: Transport
  /// Who has connected.
  ///
  /// In a persistence template it is a client, or a network of clients, with the port 0.
  public let client: Endpoint
  /// To which virtual service.
  ///
  /// In a template of a service that is a firewall mark, the address is that mark.
  public let service: Endpoint
  /// Which real server the kernel has chosen; its address may be of another family than the client's.
  public let server: Endpoint
  /// The state.
  public let state: State
  /// Whether the sync daemon brought it from another director, or this one made it.
  ///
  /// `nil` where no daemon takes connections over, and the kernel was not asked.
  public let origin: Origin?
  /// After how many seconds without a packet the entry ends, rounded down.
  public let secondsLeft: UInt32

  /// A connection with its parts.
  package init(
    _ transport: Transport, client: Endpoint, service: Endpoint, server: Endpoint, state: State,
    origin: Origin? = nil, secondsLeft: UInt32
  ) {
    self.transport = transport
    self.client = client
    self.service = service
    self.server = server
    self.state = state
    self.origin = origin
    self.secondsLeft = secondsLeft
  }
}

extension Connection {
  /// Who made an entry.
  public enum Origin: Sendable, Hashable {
    /// This director.
    case local
    /// The sync daemon, as another director said.
    case sync
  }

  /// Whether it is no connection but tells where those of a client are to go.
  ///
  /// Kernels before 4.19 show a template of a UDP service in the state UDP. An entry of the port 0 that is listening
  /// waits for a client whose port is not known yet, as with FTP.
  public var isTemplate: Bool {
    transport == .any || state == .assured || client.port == 0 && (state == .none || state == .udp)
  }
}

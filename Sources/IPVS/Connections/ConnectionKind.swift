// SPDX-License-Identifier: Apache-2.0

/// A kind of connection to count: its transport protocol, its state, and whether it is a persistence template.
public struct ConnectionKind: Sendable, Hashable {
  /// The transport protocol.
  public let transport: Connection.Transport
  /// The state.
  public let state: Connection.State
  /// Whether these are persistence templates, not connections.
  public let isTemplate: Bool

  /// Creates a kind from its parts.
  public init(_ transport: Connection.Transport, _ state: Connection.State, isTemplate: Bool = false) {
    self.transport = transport
    self.state = state
    self.isTemplate = isTemplate
  }

  /// The kind of a connection.
  public init(_ connection: Connection) {
    self.init(connection.transport, connection.state, isTemplate: connection.isTemplate)
  }
}

extension ConnectionKind {
  /// The number of kinds that have a small number.
  static let numbered = 4 * 13 * 2

  /// A small number for a kind with a known protocol and state, in the order of reports.
  var number: Int? {
    guard let transport = transport.number, let state = state.number else { return nil }
    return ((isTemplate ? 4 : 0) + transport) * 13 + state
  }
}

extension Connection.Transport {
  fileprivate var number: Int? {
    switch code {
    case .tcp: 0
    case .udp: 1
    case .sctp: 2
    case .any: 3
    case .other: nil
    }
  }
}

extension Connection.State {
  fileprivate var number: Int? {
    switch code {
    case .established: 0
    case .finWait: 1
    case .timeWait: 2
    case .closeWait: 3
    case .lastAck: 4
    case .close: 5
    case .synSent: 6
    case .synReceived: 7
    case .synAck: 8
    case .listen: 9
    case .udp: 10
    case .assured: 11
    case .stateless: 12
    case .other: nil
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

/// An entry of the kernel's connection table.
public struct Connection: Sendable, Hashable {
  /// The transport protocol.
  public let transport: Transport
  /// Who has connected. In a persistence template it is a client, or a network of clients, with the port 0.
  public let client: Endpoint
  /// To which virtual service. In a template of a service that is a firewall mark, the address is that mark.
  public let service: Endpoint
  /// Which real server the kernel has chosen; its address may be of another family than the client's.
  public let server: Endpoint
  /// The state.
  public let state: State
  /// After how many seconds without a packet the entry ends, rounded down.
  public let secondsLeft: UInt32
}

extension Connection {
  /// A transport protocol, by its name in the table.
  public struct Transport: RawRepresentable, Sendable, Hashable {
    /// The name.
    public let rawValue: String

    /// A protocol by its name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// TCP.
    public static let tcp = Transport(rawValue: "TCP")
    /// UDP.
    public static let udp = Transport(rawValue: "UDP")
    /// SCTP, whose timers nothing can set.
    public static let sctp = Transport(rawValue: "SCTP")
    /// None in particular: a persistence template of a service that is a firewall mark.
    public static let any = Transport(rawValue: "IP")
  }

  /// A state, by its name in the table; newer kernels may have others.
  public struct State: RawRepresentable, Sendable, Hashable {
    /// The name.
    public let rawValue: String

    /// A state by its name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// TCP, and SCTP: packets go both ways. TCP's is ruled by the timeout `tcp`.
    public static let established = State(rawValue: "ESTABLISHED")
    /// TCP: one side has ended. Ruled by the timeout `tcpfin`.
    public static let finWait = State(rawValue: "FIN_WAIT")
    /// UDP. Ruled by the timeout `udp`.
    public static let udp = State(rawValue: "UDP")
    /// TCP: both sides have ended.
    public static let timeWait = State(rawValue: "TIME_WAIT")
    /// A persistence template that connections have gone by.
    public static let assured = State(rawValue: "ASSURED")
  }

  /// Whether it is no connection but tells where those of a client are to go.
  public var isTemplate: Bool { client.port == 0 && transport != .any || transport == .any }
}

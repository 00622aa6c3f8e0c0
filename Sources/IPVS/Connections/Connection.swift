// SPDX-License-Identifier: Apache-2.0

internal import Linux

/// An entry of the kernel's connection table.
public struct Connection: Sendable, Hashable {
  /// The transport protocol.
  public let transport: Transport
  /// The client.
  ///
  /// In a persistence template this is a client, or a network of clients, with port 0.
  public let client: Endpoint
  /// The virtual service.
  ///
  /// In the template of a firewall-mark service, the address is the mark.
  public let service: Endpoint
  /// The real server that the kernel has chosen.
  ///
  /// Its address family may differ from the client's.
  public let server: Endpoint
  /// The state.
  public let state: State
  /// The director that created the entry: this one, or another one whose sync daemon sent it.
  ///
  /// `nil` if no backup daemon runs. Then the kernel is not asked.
  public let origin: Origin?
  /// The number of seconds after which the entry ends if no packet passes, rounded down.
  public let secondsLeft: UInt32

  /// How long the entry stays if no packet passes, rounded down to seconds.
  public var timeLeft: Duration { .seconds(Int64(secondsLeft)) }

  /// Creates a connection, for tests of your code.
  ///
  /// - Parameters:
  ///   - transport: The transport protocol.
  ///   - client: The client.
  ///   - service: The virtual service.
  ///   - server: The real server.
  ///   - state: The state.
  ///   - origin: The director that created the entry.
  ///   - secondsLeft: The number of seconds after which the entry ends if no packet passes.
  public init(
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
  /// The director that created an entry.
  public enum Origin: Sendable, Hashable {
    /// This director.
    case local
    /// Another director, whose sync daemon sent the entry.
    case sync
  }

  /// Whether this is a persistence template: not a connection, but the choice of a real server for the next connections
  /// of a client.
  ///
  /// Kernels before 4.19 show a template of a UDP service in state UDP. A listening entry with port 0 waits for a
  /// client whose port is not known yet, as in FTP.
  public var isTemplate: Bool {
    // Compare numbers: this is computed for tens of thousands of entries.
    switch (transport.code, state.code) {
    case (.any, _), (_, .assured): true
    case (_, .stateless), (_, .udp): client.port == 0
    default: false
    }
  }
}

extension Connection {
  /// A state of a connection, by its name in the kernel.
  ///
  /// Other kernels may have states that are not named here.
  public struct State: RawRepresentable, Sendable, Hashable {
    /// States with a name here are numbers, which are cheap to compare and copy.
    enum Code: Hashable {
      case established, finWait, timeWait, closeWait, lastAck, close, synSent, synReceived, synAck, listen, udp
      case assured, stateless
      case other(String)
    }

    let code: Code

    private init(_ code: Code) { self.code = code }

    /// TCP and SCTP: packets pass in both directions.
    ///
    /// For TCP, the timeout `tcp` sets the timer.
    public static var established: State { State(.established) }
    /// TCP: one side has closed the connection.
    ///
    /// The timeout `tcpfin` sets the timer.
    public static var finWait: State { State(.finWait) }
    /// TCP: both sides have closed the connection.
    public static var timeWait: State { State(.timeWait) }
    /// TCP: the client has closed the connection.
    public static var closeWait: State { State(.closeWait) }
    /// TCP: the server has closed the connection after the client.
    public static var lastAck: State { State(.lastAck) }
    /// TCP: the connection was reset.
    public static var close: State { State(.close) }
    /// TCP: the client has sent its SYN.
    public static var synSent: State { State(.synSent) }
    /// TCP: the server has answered the SYN.
    public static var synReceived: State { State(.synReceived) }
    /// TCP: an answer was seen without the packets before it.
    public static var synAck: State { State(.synAck) }
    /// TCP: the first packet is expected.
    public static var listen: State { State(.listen) }
    /// UDP.
    ///
    /// The timeout `udp` sets the timer.
    public static var udp: State { State(.udp) }
    /// A persistence template that connections have used.
    public static var assured: State { State(.assured) }
    /// No state, `NONE` in the table: a new connection, a template, or a protocol without states.
    public static var stateless: State { State(.stateless) }

    /// All states: the TCP states first, and the states of only SCTP last (`sctp_state_name_table`).
    public static let known: [State] =
      [
        .established, .finWait, .timeWait, .closeWait, .lastAck, .close, .synSent, .synReceived, .synAck, .listen, .udp,
        .assured, .stateless,
      ]
      + [
        "INIT1", "INIT", "C-SENT", "C-REPLIED", "C-WAIT", "COOKIE", "C-ECHOED", "S-SENT", "S-RECEIVED", "S-ACK-SENT",
        "REJECTED", "CLOSED",
      ].map(State.init(rawValue:))

    /// A state by its name in the kernel, for example `ESTABLISHED`.
    public init(rawValue name: String) {
      var name = name
      self = name.withUTF8 { State(UnsafeRawBufferPointer($0)) }
    }

    /// The name of the state in the kernel.
    public var rawValue: String {
      switch code {
      case .established: "ESTABLISHED"
      case .finWait: "FIN_WAIT"
      case .timeWait: "TIME_WAIT"
      case .closeWait: "CLOSE_WAIT"
      case .lastAck: "LAST_ACK"
      case .close: "CLOSE"
      case .synSent: "SYN_SENT"
      case .synReceived: "SYN_RECV"
      case .synAck: "SYNACK"
      case .listen: "LISTEN"
      case .udp: "UDP"
      case .assured: "ASSURED"
      case .stateless: "NONE"
      case .other(let name): name
      }
    }

    /// A state from a field of the table.
    ///
    /// Tens of thousands of fields are read, so the most frequent names come first, and only an unknown name becomes a
    /// string.
    init(_ field: UnsafeRawBufferPointer) {
      code =
        switch true {
        case field.spells("ESTABLISHED"): .established
        case field.spells("TIME_WAIT"): .timeWait
        case field.spells("FIN_WAIT"): .finWait
        case field.spells("UDP"): .udp
        case field.spells("SYN_RECV"): .synReceived
        case field.spells("CLOSE"): .close
        case field.spells("CLOSE_WAIT"): .closeWait
        case field.spells("LAST_ACK"): .lastAck
        case field.spells("SYN_SENT"): .synSent
        case field.spells("NONE"): .stateless
        case field.spells("ASSURED"): .assured
        case field.spells("LISTEN"): .listen
        case field.spells("SYNACK"): .synAck
        default: .other(String(decoding: field, as: UTF8.self))
        }
    }
  }
}

extension Connection {
  /// A transport protocol, by its name in the kernel.
  ///
  /// Other kernels may have protocols that are not named here.
  public struct Transport: RawRepresentable, Sendable, Hashable {
    /// Protocols with a name here are numbers, which are cheap to compare and copy.
    enum Code: Hashable {
      case tcp, udp, sctp, any
      case other(String)
    }

    let code: Code

    private init(_ code: Code) { self.code = code }

    /// TCP.
    public static var tcp: Transport { Transport(.tcp) }
    /// UDP.
    public static var udp: Transport { Transport(.udp) }
    /// SCTP.
    ///
    /// Nothing can set its timers.
    public static var sctp: Transport { Transport(.sctp) }
    /// Any protocol, `IP` in the table: a persistence template of a firewall-mark service.
    public static var any: Transport { Transport(.any) }

    /// A protocol by its name in the kernel, for example `TCP`.
    public init(rawValue name: String) {
      var name = name
      self = name.withUTF8 { Transport(UnsafeRawBufferPointer($0)) }
    }

    /// The name of the protocol in the kernel.
    public var rawValue: String {
      switch code {
      case .tcp: "TCP"
      case .udp: "UDP"
      case .sctp: "SCTP"
      case .any: "IP"
      case .other(let name): name
      }
    }

    /// A protocol from a field of the table.
    init(_ field: UnsafeRawBufferPointer) {
      code =
        switch true {
        case field.spells("TCP"): .tcp
        case field.spells("UDP"): .udp
        case field.spells("SCTP"): .sctp
        case field.spells("IP"): .any
        default: .other(String(decoding: field, as: UTF8.self))
        }
    }
  }
}

extension Connection: CustomStringConvertible {
  /// The connection on one line: `TCP 192.0.2.2:40000 -> 192.0.2.100:80 -> 198.51.100.2:8080 ESTABLISHED 60 s`.
  public var description: String {
    "\(transport) \(client) -> \(service) -> \(server) \(state) \(secondsLeft) s"
  }
}

extension Connection.State: CustomStringConvertible {
  /// The name of the state in the kernel.
  public var description: String { rawValue }
}

extension Connection.Transport: CustomStringConvertible {
  /// The name of the protocol in the kernel.
  public var description: String { rawValue }
}

// SPDX-License-Identifier: Apache-2.0

internal import Linux

/// An entry of the kernel's connection table.
public struct Connection: Sendable, Hashable {
  /// The transport protocol.
  public let transport: Transport
  /// The client.
  ///
  /// In a persistence template it is a client, or a network of clients, with the port 0.
  public let client: Endpoint
  /// The virtual service.
  ///
  /// In a template of a service that is a firewall mark, the address is that mark.
  public let service: Endpoint
  /// The real server that the kernel has chosen; its address may be of another family than the client's.
  public let server: Endpoint
  /// The state.
  public let state: State
  /// The director that made the entry: this one, or another one whose sync daemon sent it here.
  ///
  /// `nil` where no backup daemon runs: the kernel is not asked then.
  public let origin: Origin?
  /// After how many seconds without a packet the entry ends, rounded down.
  public let secondsLeft: UInt32

  /// How long the entry stays without a packet, rounded down to seconds.
  public var timeLeft: Duration { .seconds(Int64(secondsLeft)) }

  /// Creates a connection, as tests of your own code need it.
  ///
  /// - Parameters:
  ///   - transport: The transport protocol.
  ///   - client: The client.
  ///   - service: The virtual service.
  ///   - server: The real server.
  ///   - state: The state.
  ///   - origin: The director that made the entry.
  ///   - secondsLeft: After how many seconds without a packet the entry ends.
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
  /// Who made an entry.
  public enum Origin: Sendable, Hashable {
    /// This director.
    case local
    /// Another director, whose sync daemon sent the entry here.
    case sync
  }

  /// Whether it is a persistence template: no connection, but the real server for the next connections of a client.
  ///
  /// Kernels before 4.19 show a template of a UDP service in the state UDP. An entry of the port 0 that is listening
  /// waits for a client whose port is not known yet, as with FTP.
  public var isTemplate: Bool {
    // By the numbers: this is asked for each of tens of thousands.
    switch (transport.code, state.code) {
    case (.any, _), (_, .assured): true
    case (_, .stateless), (_, .udp): client.port == 0
    default: false
    }
  }
}

extension Connection {
  /// A state of a connection, by the kernel's name for it.
  ///
  /// There may be more states in other kernels than there are names here.
  public struct State: RawRepresentable, Sendable, Hashable {
    /// The states that have a name here are numbers, which cost nothing to compare and to copy.
    enum Code: Hashable {
      case established, finWait, timeWait, closeWait, lastAck, close, synSent, synReceived, synAck, listen, udp
      case assured, stateless
      case other(String)
    }

    let code: Code

    private init(_ code: Code) { self.code = code }

    /// TCP, and SCTP: packets go both ways; the timer of TCP is the timeout `tcp`.
    public static var established: State { State(.established) }
    /// TCP: one side has ended; its timer is the timeout `tcpfin`.
    public static var finWait: State { State(.finWait) }
    /// TCP: both sides have ended.
    public static var timeWait: State { State(.timeWait) }
    /// TCP: the client has ended.
    public static var closeWait: State { State(.closeWait) }
    /// TCP: the server has ended after the client.
    public static var lastAck: State { State(.lastAck) }
    /// TCP: it was reset.
    public static var close: State { State(.close) }
    /// TCP: the client has begun.
    public static var synSent: State { State(.synSent) }
    /// TCP: the server has answered.
    public static var synReceived: State { State(.synReceived) }
    /// TCP: the answer was seen, without what came before.
    public static var synAck: State { State(.synAck) }
    /// TCP: the first packet is expected.
    public static var listen: State { State(.listen) }
    /// UDP; its timer is the timeout `udp`.
    public static var udp: State { State(.udp) }
    /// A persistence template that connections have used.
    public static var assured: State { State(.assured) }
    /// No state, `NONE` in the table: a connection that has just begun, a template, or a protocol without states.
    public static var stateless: State { State(.stateless) }

    /// The states of all kernels: TCP's first, and last those that only SCTP has (`sctp_state_name_table`).
    public static let known: [State] =
      [
        .established, .finWait, .timeWait, .closeWait, .lastAck, .close, .synSent, .synReceived, .synAck, .listen, .udp,
        .assured, .stateless,
      ]
      + [
        "INIT1", "INIT", "C-SENT", "C-REPLIED", "C-WAIT", "COOKIE", "C-ECHOED", "S-SENT", "S-RECEIVED", "S-ACK-SENT",
        "REJECTED", "CLOSED",
      ].map(State.init(rawValue:))

    /// A state by the kernel's name for it, for example `ESTABLISHED`.
    public init(rawValue name: String) {
      var name = name
      self = name.withUTF8 { State(UnsafeRawBufferPointer($0)) }
    }

    /// The kernel's name for the state.
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

    /// A state by its name, as a field of the table.
    ///
    /// Tens of thousands are read at once, so the names that are found most come first, and only a name that is not
    /// known becomes a string.
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
  /// A transport protocol, by the kernel's name for it.
  ///
  /// There may be more protocols in other kernels than there are names here.
  public struct Transport: RawRepresentable, Sendable, Hashable {
    /// The protocols that have a name here are numbers, which cost nothing to compare and to copy.
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
    /// SCTP, whose timers nothing can set.
    public static var sctp: Transport { Transport(.sctp) }
    /// No protocol in particular, `IP` in the table: a persistence template of a service that is a firewall mark.
    public static var any: Transport { Transport(.any) }

    /// A protocol by the kernel's name for it, for example `TCP`.
    public init(rawValue name: String) {
      var name = name
      self = name.withUTF8 { Transport(UnsafeRawBufferPointer($0)) }
    }

    /// The kernel's name for the protocol.
    public var rawValue: String {
      switch code {
      case .tcp: "TCP"
      case .udp: "UDP"
      case .sctp: "SCTP"
      case .any: "IP"
      case .other(let name): name
      }
    }

    /// A protocol by its name, as a field of the table.
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
  /// The kernel's name for the state.
  public var description: String { rawValue }
}

extension Connection.Transport: CustomStringConvertible {
  /// The kernel's name for the protocol.
  public var description: String { rawValue }
}

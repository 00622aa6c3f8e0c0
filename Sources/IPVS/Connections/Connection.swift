// SPDX-License-Identifier: Apache-2.0

internal import Linux

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
    transport == .any || state == .assured || client.port == 0 && (state == .stateless || state == .udp)
  }
}

extension Connection {
  /// A state, by its name in the table.
  public enum State: Sendable, Hashable {
    /// TCP, and SCTP: packets go both ways. TCP's is ruled by the timeout `tcp`.
    case established
    /// TCP: one side has ended. Ruled by the timeout `tcpfin`.
    case finWait
    /// TCP: both sides have ended.
    case timeWait
    /// TCP: the client has ended.
    case closeWait
    /// TCP: the server has ended after the client.
    case lastAck
    /// TCP: it was reset.
    case close
    /// TCP: the client has begun.
    case synSent
    /// TCP: the server has answered.
    case synReceived
    /// TCP: the answer was seen, without what came before.
    case synAck
    /// TCP: the first packet is expected.
    case listen
    /// UDP. Ruled by the timeout `udp`.
    case udp
    /// A persistence template that connections have gone by.
    case assured
    /// None: a connection that has just begun, a template, or a protocol without states.
    case stateless
    /// Another one, by its name: SCTP has more, and newer kernels may.
    case other(String)

    /// Those that kernels have, TCP's first, and last those that only SCTP has (`sctp_state_name_table`).
    public static let known: [State] =
      [
        .established, .finWait, .timeWait, .closeWait, .lastAck, .close, .synSent, .synReceived, .synAck, .listen, .udp,
        .assured, .stateless,
      ]
      + [
        "INIT1", "INIT", "C-SENT", "C-REPLIED", "C-WAIT", "COOKIE", "C-ECHOED", "S-SENT", "S-RECEIVED", "S-ACK-SENT",
        "REJECTED", "CLOSED",
      ].map(State.other)

    /// A state by its name, as a field of the table.
    ///
    /// Tens of thousands are read at once, so those that are found most are looked for first.
    init(_ field: UnsafeRawBufferPointer) {
      self =
        switch true {
        case field.spells("ESTABLISHED"): .established
        case field.spells("TIME_WAIT"): .timeWait
        case field.spells("FIN_WAIT"): .finWait
        case field.spells("UDP"): .udp
        default: State(name: String(decoding: field, as: UTF8.self))
        }
    }

    /// A state by its name.
    public init(name: String) {
      self = State.known.first { $0.name == name } ?? .other(name)
    }

    /// The name in the table.
    public var name: String {
      switch self {
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
  }
}

extension Connection {
  /// A transport protocol, by its name in the table.
  public enum Transport: Sendable, Hashable {
    /// TCP.
    case tcp
    /// UDP.
    case udp
    /// SCTP, whose timers nothing can set.
    case sctp
    /// None in particular: a persistence template of a service that is a firewall mark. The kernel writes `IP`.
    case any
    /// Another one, by its name.
    case other(String)

    /// A protocol by its name, as a field of the table.
    init(_ field: UnsafeRawBufferPointer) {
      self =
        switch true {
        case field.spells("TCP"): .tcp
        case field.spells("UDP"): .udp
        case field.spells("SCTP"): .sctp
        case field.spells("IP"): .any
        default: .other(String(decoding: field, as: UTF8.self))
        }
    }

    /// The name in the table.
    public var name: String {
      switch self {
      case .tcp: "TCP"
      case .udp: "UDP"
      case .sctp: "SCTP"
      case .any: "IP"
      case .other(let name): name
      }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

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
    case none
    /// Another one, by its name: SCTP has more, and newer kernels may.
    case other(String)

    /// Those that kernels have, TCP's first, and last those that only SCTP has (`sctp_state_name_table`).
    public static let known: [State] =
      [
        .established, .finWait, .timeWait, .closeWait, .lastAck, .close, .synSent, .synReceived, .synAck, .listen, .udp,
        .assured, .none,
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
      case .none: "NONE"
      case .other(let name): name
      }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import CSocketDiagnosis

extension HostSocket {
  /// A state of TCP, by the kernel's number.
  public struct State: Sendable, Hashable {
    /// From 1 to 11.
    let number: UInt8

    private init(_ number: Int) {
      self.number = UInt8(number)
    }

    /// A state by the kernel's number; `nil` where TCP has none of that number.
    init?(number: UInt8) {
      guard TCP_ESTABLISHED...TCP_CLOSING ~= Int(number) else { return nil }
      self.number = number
    }

    /// Both ends may send.
    public static var established: State { State(TCP_ESTABLISHED) }
    /// This end has asked for a connection.
    public static var synSent: State { State(TCP_SYN_SENT) }
    /// This end has been asked for a connection.
    public static var synReceived: State { State(TCP_SYN_RECV) }
    /// This end has closed, and the other has not heard of it yet.
    public static var finWait1: State { State(TCP_FIN_WAIT1) }
    /// This end has closed, and waits for the other to close.
    public static var finWait2: State { State(TCP_FIN_WAIT2) }
    /// This end has closed first, and waits for what may still be on its way.
    public static var timeWait: State { State(TCP_TIME_WAIT) }
    /// There is no connection any more.
    public static var close: State { State(TCP_CLOSE) }
    /// The other end has closed, and the program here has not.
    public static var closeWait: State { State(TCP_CLOSE_WAIT) }
    /// The other end has closed, then this one, and the other has not heard of it yet.
    public static var lastAck: State { State(TCP_LAST_ACK) }
    /// It waits for connections.
    public static var listen: State { State(TCP_LISTEN) }
    /// Both ends have closed at once.
    public static var closing: State { State(TCP_CLOSING) }

    /// The name, as netstat(8) writes it.
    public var name: String {
      switch self {
      case .established: "ESTABLISHED"
      case .synSent: "SYN_SENT"
      case .synReceived: "SYN_RECV"
      case .finWait1: "FIN_WAIT1"
      case .finWait2: "FIN_WAIT2"
      case .timeWait: "TIME_WAIT"
      case .close: "CLOSE"
      case .closeWait: "CLOSE_WAIT"
      case .lastAck: "LAST_ACK"
      case .listen: "LISTEN"
      default: "CLOSING"
      }
    }
  }
}

extension HostSocket.State: CaseIterable {
  /// All of them, in the order of the kernel's numbers.
  public static var allCases: [HostSocket.State] { (TCP_ESTABLISHED...TCP_CLOSING).map(HostSocket.State.init) }
}

extension Set<HostSocket.State> {
  /// The states of a socket that has another end.
  public static var connected: Set<HostSocket.State> { Set(HostSocket.State.allCases).subtracting([.listen, .close]) }

  /// As the kernel takes a set of states: a bit for each.
  var mask: UInt32 { reduce(0) { $0 | 1 << UInt32($1.number) } }
}

// SPDX-License-Identifier: Apache-2.0

internal import CLinux
package import IPVS

/// A TCP socket of the host itself, also one without a program, as in TIME_WAIT.
package struct HostSocket: Sendable, Hashable {
  package let state: State
  /// The local end.
  package let local: Endpoint
  /// The remote end; the wildcard address with port 0 where the socket listens.
  ///
  /// A socket of IPv6 that talks IPv4 has IPv4 addresses here.
  package let remote: Endpoint
  /// Its inode number, by which its programs are found; 0 where no program has it.
  package let inode: UInt32
  /// The user who made it; 0 also where no program has it.
  package let user: UInt32
  package init(_ state: State, local: Endpoint, remote: Endpoint, inode: UInt32 = 0, user: UInt32 = 0) {
    self.state = state
    self.local = local
    self.remote = remote
    self.inode = inode
    self.user = user
  }
}

extension HostSocket {
  /// A state of TCP, by the kernel's number.
  package struct State: Sendable, Hashable {
    /// From 1 to 11.
    let number: UInt8

    private init(_ number: Int) {
      self.number = UInt8(number)
    }

    /// A state by the kernel's number; `nil` where TCP has none of that number.
    init?(number: UInt8) {
      guard BPF_TCP_ESTABLISHED...BPF_TCP_CLOSING ~= Int(number) else { return nil }
      self.number = number
    }

    /// Both ends may send.
    package static var established: State { State(BPF_TCP_ESTABLISHED) }
    /// This end has asked for a connection.
    package static var synSent: State { State(BPF_TCP_SYN_SENT) }
    /// This end has been asked for a connection.
    package static var synReceived: State { State(BPF_TCP_SYN_RECV) }
    /// This end has closed, and the other end has not acknowledged it yet.
    package static var finWait1: State { State(BPF_TCP_FIN_WAIT1) }
    /// This end has closed, and waits for the other to close.
    package static var finWait2: State { State(BPF_TCP_FIN_WAIT2) }
    /// This end closed first, and waits for packets that may still arrive.
    package static var timeWait: State { State(BPF_TCP_TIME_WAIT) }
    /// There is no connection.
    package static var close: State { State(BPF_TCP_CLOSE) }
    /// The other end has closed, and the program here has not.
    package static var closeWait: State { State(BPF_TCP_CLOSE_WAIT) }
    /// The other end has closed, then this one, and the other end has not acknowledged it yet.
    package static var lastAck: State { State(BPF_TCP_LAST_ACK) }
    /// It waits for connections.
    package static var listen: State { State(BPF_TCP_LISTEN) }
    /// Both ends have closed at once.
    package static var closing: State { State(BPF_TCP_CLOSING) }

    /// The name, as netstat(8) writes it.
    package var name: String {
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
  package static var allCases: [HostSocket.State] { (BPF_TCP_ESTABLISHED...BPF_TCP_CLOSING).map(HostSocket.State.init) }
}

extension Set<HostSocket.State> {
  /// The states of a socket that has another end.
  package static var connected: Set<HostSocket.State> { Set(HostSocket.State.allCases).subtracting([.listen, .close]) }

  /// A set of states for the kernel: a bit for each.
  var mask: UInt32 { reduce(0) { $0 | 1 << UInt32($1.number) } }
}

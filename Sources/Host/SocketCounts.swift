// SPDX-License-Identifier: Apache-2.0

/// How many sockets there are in each state.
public struct SocketCounts: Sendable, Hashable {
  /// By the kernel's number of the state.
  private var counts = SIMD16<UInt32>()
  private var notAccepted = UInt32(0)

  /// The number of those in CLOSE_WAIT that no program has accepted: the kernel has made the connection, the other end has
  /// closed it, and the program that listens does not know of it.
  public internal(set) var unaccepted: Int {
    get { Int(notAccepted) }
    set { notAccepted = UInt32(newValue) }
  }

  /// None.
  public init() {}

  /// The number in one state.
  public subscript(_ state: HostSocket.State) -> Int {
    get { Int(counts[Int(state.number)]) }
    set { counts[Int(state.number)] = UInt32(newValue) }
  }

  mutating func add(_ socket: HostSocket) {
    counts[Int(socket.state.number)] &+= 1
    // What a program has closed is not in CLOSE_WAIT any more, so there an inode is missing only before.
    if socket.state == .closeWait, socket.inode == 0 { notAccepted &+= 1 }
  }

  /// Adds others.
  public static func += (counts: inout SocketCounts, others: SocketCounts) {
    counts.counts &+= others.counts
    counts.notAccepted &+= others.notAccepted
  }

  /// The number in all states.
  public var total: Int { Int(counts.wrappedSum()) }

  /// The number of those that show that this host has closed first, or at least not second.
  public var closedHere: Int { self[.finWait1] + self[.finWait2] + self[.timeWait] }
}

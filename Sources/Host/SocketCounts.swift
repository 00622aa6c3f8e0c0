// SPDX-License-Identifier: Apache-2.0

/// How many sockets there are in each state.
public struct SocketCounts: Sendable, Hashable {
  /// By the kernel's number of the state.
  private var counts = SIMD16<UInt32>()

  /// None.
  public init() {}

  /// The number in one state.
  public subscript(_ state: HostSocket.State) -> Int {
    get { Int(counts[Int(state.number)]) }
    set { counts[Int(state.number)] = UInt32(newValue) }
  }

  mutating func add(_ state: HostSocket.State) {
    counts[Int(state.number)] &+= 1
  }

  /// Adds others.
  public static func += (counts: inout SocketCounts, others: SocketCounts) {
    counts.counts &+= others.counts
  }

  /// The number in all states.
  public var total: Int { Int(counts.wrappedSum()) }

  /// The number of those that a program still has and that are in use: both ends may send, or one has closed.
  public var live: Int { self[.established] + self[.closeWait] }

  /// The number of those that show that this host has closed first.
  public var closedHere: Int { self[.finWait1] + self[.finWait2] + self[.timeWait] }

  /// The number of those that show that the other end has closed first.
  public var closedThere: Int { self[.closeWait] + self[.lastAck] }
}

// SPDX-License-Identifier: Apache-2.0

public import IPVS

/// A TCP socket of the host's own, also one that no program has any more, as in TIME_WAIT.
public struct HostSocket: Sendable, Hashable {
  /// The state.
  public let state: State
  /// The end that is here.
  public let local: Endpoint
  /// The other end; where the socket listens it is the wildcard address with port 0.
  ///
  /// A socket of IPv6 that talks IPv4 has IPv4 addresses here.
  public let remote: Endpoint
  /// The number by which the programs that have it know it; 0 where none has it any more.
  public let inode: UInt32
  /// The user who made it; 0 also where no program has it any more.
  public let user: UInt32

  /// A socket with its parts.
  public init(_ state: State, local: Endpoint, remote: Endpoint, inode: UInt32 = 0, user: UInt32 = 0) {
    self.state = state
    self.local = local
    self.remote = remote
    self.inode = inode
    self.user = user
  }
}

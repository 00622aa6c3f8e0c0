// SPDX-License-Identifier: Apache-2.0

internal import CSocketDiagnosis
internal import Glibc
public import IPVS
internal import Netlink

/// The TCP sockets of one network namespace, as the kernel tells of them: one after another, in memory that does not grow.
///
/// It is no snapshot: the kernel goes on while it tells, so a socket may be missed or come twice. No privilege is needed
/// but that to enter another namespace. The corresponding kernel message is `SOCK_DIAG_BY_FAMILY`, first for IPv4, then
/// for IPv6.
///
/// ```swift
/// var table = try SocketTable(states: [.timeWait])
/// while let socket = try table.next() { print(socket.local, socket.remote) }
/// ```
public struct SocketTable: ~Copyable {
  /// The network namespace whose sockets these are.
  public let namespace: NetworkNamespace
  private let states: Set<HostSocket.State>
  private var dump: Dump?
  /// The socket for IPv6, as long as it waits for its turn.
  private var waiting: Netlink.Socket?

  /// Opens the table of a network namespace.
  ///
  /// - Parameters:
  ///   - namespace: The network namespace; in the caller's own, nothing is entered.
  ///   - states: The states of the sockets that are told of; the kernel leaves out the others.
  /// - Throws: ``IPVSError``, when there is no such namespace, it may not be entered, or the system refuses a socket.
  public init(
    in namespace: NetworkNamespace = .current, states: Set<HostSocket.State> = Set(HostSocket.State.allCases)
  ) throws(IPVSError) {
    self.namespace = namespace
    self.states = states
    do throws(NetlinkError) {
      dump = try namespace.socket(.socketDiagnosis).dump(of: AF_INET, states)
      waiting = try namespace.socket(.socketDiagnosis)
    } catch {
      throw IPVSError(error, during: .readSockets, in: namespace)
    }
  }

  /// The next socket; `nil` after the last one.
  ///
  /// - Throws: ``IPVSError``, when the kernel does not tell of sockets, or tells of something else.
  public mutating func next() throws(IPVSError) -> HostSocket? {
    do throws(NetlinkError) {
      while true {
        if let record = try dump?.next(as: inet_diag_msg.self) {
          guard let socket = HostSocket(record) else { throw .foreignReply }
          return socket
        }
        guard let socket = waiting.take() else { return nil }
        dump = try socket.dump(of: AF_INET6, states)
      }
    } catch {
      throw IPVSError(error, during: .readSockets, in: namespace)
    }
  }
}

extension Netlink.Socket {
  /// Asks for the TCP sockets of an address family.
  fileprivate consuming func dump(
    of family: CInt, _ states: Set<HostSocket.State>
  ) throws(NetlinkError) -> Dump {
    try dump(Request(CInt(SOCK_DIAG_BY_FAMILY), inet_diag_req_v2(family: family, states: states)))
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Directors
internal import Glibc
package import IPVS
package import Netlink
internal import SystemPackage

/// The TCP sockets of one network namespace, as the kernel lists them: one after another, in memory that does not grow.
///
/// It is no snapshot: sockets come and go during the listing, so one may be missed or come twice. No privilege is needed,
/// except to enter another namespace. The corresponding kernel message is `SOCK_DIAG_BY_FAMILY`, first for IPv4, then
/// for IPv6.
///
/// ```swift
/// var table = try SocketTable(states: [.timeWait])
/// while let socket = try table.next() { print(socket.local, socket.remote) }
/// ```
package struct SocketTable: ~Copyable {
  /// The network namespace whose sockets these are.
  package let namespace: NetworkNamespace
  private let states: Set<HostSocket.State>
  private var dump: Dump?
  /// The socket for IPv6, until its turn.
  private var waiting: Netlink.Socket?

  /// Opens the table of a network namespace.
  ///
  /// - Parameters:
  ///   - namespace: The network namespace; in the caller's own, nothing is entered.
  ///   - states: The states of the sockets to list; the kernel leaves out the others.
  /// - Throws: ``IPVSError``, when there is no such namespace, it may not be entered, or the system refuses a socket.
  package init(
    in namespace: NetworkNamespace = .current, states: Set<HostSocket.State> = Set(HostSocket.State.allCases)
  ) throws(IPVSError) {
    self.namespace = namespace
    self.states = states
    do throws(NetlinkError) {
      dump = try namespace.socket(.socketDiagnosis).dump(of: AF_INET, states)
      waiting = try namespace.socket(.socketDiagnosis)
    } catch {
      throw IPVSError(readingSockets: error, in: namespace)
    }
  }

  /// The next socket; `nil` after the last one.
  ///
  /// - Throws: ``IPVSError``, when the kernel does not list sockets, or sends something else.
  package mutating func next() throws(IPVSError) -> HostSocket? {
    do throws(NetlinkError) {
      while true {
        if let record = try dump?.next(as: inet_diag_msg.self) {
          guard let socket = HostSocket(record) else { throw .unexpectedReply }
          return socket
        }
        guard let socket = waiting.take() else { return nil }
        dump = try socket.dump(of: AF_INET6, states)
      }
    } catch {
      throw IPVSError(readingSockets: error, in: namespace)
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

extension inet_diag_req_v2 {
  /// The question for the TCP sockets of an address family that are in one of these states.
  init(family: CInt, states: Set<HostSocket.State>) {
    self.init()
    sdiag_family = UInt8(family)
    sdiag_protocol = UInt8(IPPROTO_TCP)
    idiag_states = states.mask
  }
}

extension HostSocket {
  /// A socket as the kernel describes it; `nil` where its state or its address family was not asked for.
  init?(_ record: inet_diag_msg) {
    guard let state = State(number: record.idiag_state) else { return nil }
    let id = record.id
    let ends: (InternetAddress, InternetAddress)
    switch CInt(record.idiag_family) {
    case AF_INET: ends = (InternetAddress(ipv4: id.idiag_src), InternetAddress(ipv4: id.idiag_dst))
    case AF_INET6: ends = (InternetAddress(ipv6: id.idiag_src), InternetAddress(ipv6: id.idiag_dst))
    default: return nil
    }
    self.init(
      state, local: Endpoint(ends.0, port: UInt16(bigEndian: id.idiag_sport)),
      remote: Endpoint(ends.1, port: UInt16(bigEndian: id.idiag_dport)),
      inode: record.idiag_inode, user: record.idiag_uid)
  }
}

extension InternetAddress {
  /// Four words in network order; an IPv4 address is in the first.
  fileprivate typealias Words = (UInt32, UInt32, UInt32, UInt32)

  fileprivate init(ipv4 words: Words) {
    self.init(ipv4: UInt32(bigEndian: words.0))
  }

  /// An IPv6 address; a mapped one (`::ffff:192.0.2.1`) becomes the IPv4 address.
  fileprivate init(ipv6 words: Words) {
    if words.0 == 0, words.1 == 0, UInt32(bigEndian: words.2) == 0xFFFF {
      self.init(ipv4: UInt32(bigEndian: words.3))
    } else {
      self.init(
        ipv6: UInt64(UInt32(bigEndian: words.0)) << 32 | UInt64(UInt32(bigEndian: words.1)),
        UInt64(UInt32(bigEndian: words.2)) << 32 | UInt64(UInt32(bigEndian: words.3)))
    }
  }
}

extension IPVSError.Operation {
  /// `SOCK_DIAG_BY_FAMILY`, and reading `/proc/net/netstat`.
  package static let readSockets = IPVSError.Operation("read-sockets", "read the sockets", about: .namespace)
}

extension IPVSError {
  /// A failure to read the sockets, which may be because this kernel does not list them over netlink.
  package init(readingSockets failure: NetlinkError, in namespace: NetworkNamespace) {
    switch failure {
    case .kernel(.noSuchFileOrDirectory):
      self.init(noSocketDiagnosis: .noSuchFileOrDirectory, in: namespace)
    case .system(let errno) where errno.meansNoNetlink:
      self.init(noSocketDiagnosis: errno, in: namespace)
    default:
      self.init(failure, during: .readSockets, in: namespace)
    }
  }

  private init(noSocketDiagnosis errno: Errno, in namespace: NetworkNamespace) {
    self.init(
      .noSocketDiagnosis, .readSockets, in: namespace, errno: errno,
      detail: "this kernel does not list TCP sockets")
  }
}

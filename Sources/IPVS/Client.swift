// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc
internal import Netlink

/// A connection to the kernel's IPVS in one network namespace.
///
/// ```swift
/// let ipvs = try Client()
/// let before = try ipvs.timeouts()
/// try ipvs.setTimeouts(Timeouts(tcp: 600))
/// try ipvs.setTimeouts(before)
/// ```
public struct Client: ~Copyable {
  /// The network namespace whose timeouts these are.
  public let namespace: NetworkNamespace
  private let socket: Netlink.Socket
  let family: Family

  /// Opens IPVS in a network namespace.
  ///
  /// The kernel loads the module ip_vs if it can. The calling thread stays where it is: another one enters the namespace
  /// and opens the socket there, which needs CAP_SYS_ADMIN.
  ///
  /// - Parameters:
  ///   - namespace: The network namespace.
  ///   - replyTimeout: How long to wait for each answer of the kernel; `nil` is five seconds.
  /// - Throws: ``IPVSError``, when there is no IPVS or no such namespace, the namespace may not be entered, the system
  ///   refuses a socket, or no answer comes in time.
  public init(in namespace: NetworkNamespace = .current, replyTimeout: Duration? = nil) throws(IPVSError) {
    do throws(NetlinkError) {
      let version = UInt8(IPVS_GENL_VERSION)
      let socket = try namespace.socket(replyTimeout: replyTimeout)
      if KernelModule.isLoaded {
        family = try Family(named: IPVS_GENL_NAME, version: version, over: socket)
      } else {
        family = try Family.load(named: IPVS_GENL_NAME, version: version, within: replyTimeout)
      }
      self.socket = socket
      self.namespace = namespace
    } catch {
      throw IPVSError(error, during: .open, in: namespace)
    }
  }

  init(_ namespace: NetworkNamespace, over socket: consuming Netlink.Socket, _ family: Family) {
    self.namespace = namespace
    self.socket = socket
    self.family = family
  }

  /// The timeouts of the namespace; `nil` where the kernel was built without that protocol.
  ///
  /// The corresponding kernel command is `IPVS_CMD_GET_CONFIG`.
  ///
  /// - Throws: ``IPVSError``.
  public borrowing func timeouts() throws(IPVSError) -> Timeouts {
    do throws(NetlinkError) {
      let request = try Request(to: family, command: UInt8(IPVS_CMD_GET_CONFIG))
      return try socket.reply(to: request) { reply throws(NetlinkError) in
        // The kernel answers GET_CONFIG with the command SET_CONFIG.
        guard reply.command == IPVS_CMD_SET_CONFIG else { throw .unexpectedReply }
        return try Timeouts(reply)
      }
    } catch {
      throw IPVSError(error, during: .readTimeouts, in: namespace)
    }
  }

  /// Sets the timeouts that are named; the kernel keeps the others, in one step, whoever else is writing.
  ///
  /// A timeout applies to a connection from its next packet on. The corresponding kernel command is
  /// `IPVS_CMD_SET_CONFIG`.
  ///
  /// - Throws: ``IPVSError``. The kernel changes all or none: none where the code is `valueRefused` or one about
  ///   privilege; where the answer did not come or could not be read, only reading the timeouts tells.
  public borrowing func setTimeouts(_ timeouts: Timeouts) throws(IPVSError) {
    do throws(NetlinkError) {
      let request = try Request(to: family, command: UInt8(IPVS_CMD_SET_CONFIG))
      try timeouts.append(to: request)
      try socket.acknowledge(request)
    } catch {
      throw IPVSError(error, during: .setTimeouts(timeouts), in: namespace)
    }
  }

  /// What there is to say about the connections of the namespace, as the kernel lists them now.
  ///
  /// - Parameter filter: Which connections count.
  /// - Returns: The summary.
  /// - Throws: ``IPVSError``.
  public borrowing func connectionSummary(
    _ filter: ConnectionFilter = ConnectionFilter()
  ) throws(IPVSError) -> ConnectionSummary {
    try ConnectionSummary(
      in: namespace, filter, timeouts: { () throws(IPVSError) in try timeouts() }, failure: { $0 })
  }
}

extension Timeouts {
  /// Decodes the reply to `IPVS_CMD_GET_CONFIG`.
  init(_ reply: borrowing Reply) throws(NetlinkError) {
    tcp = try reply.timeout(IPVS_CMD_ATTR_TIMEOUT_TCP)
    tcpFin = try reply.timeout(IPVS_CMD_ATTR_TIMEOUT_TCP_FIN)
    udp = try reply.timeout(IPVS_CMD_ATTR_TIMEOUT_UDP)
  }

  /// Appends to a request `IPVS_CMD_SET_CONFIG` what is named, and nothing else.
  func append(to request: borrowing Request) throws(NetlinkError) {
    if let tcp { try request.append(IPVS_CMD_ATTR_TIMEOUT_TCP, tcp.seconds) }
    if let tcpFin { try request.append(IPVS_CMD_ATTR_TIMEOUT_TCP_FIN, tcpFin.seconds) }
    if let udp { try request.append(IPVS_CMD_ATTR_TIMEOUT_UDP, udp.seconds) }
  }
}

extension Reply {
  /// A timeout; `nil` where the kernel was built without its protocol.
  fileprivate borrowing func timeout(_ attribute: Int) throws(NetlinkError) -> Timeout? {
    guard let seconds = try unsigned32(attribute) else { return nil }
    guard let timeout = Timeout(held: seconds) else { throw .unexpectedReply }
    return timeout
  }
}

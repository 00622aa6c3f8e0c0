// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc
package import Netlink

/// A connection to the kernel's IPVS in one network namespace.
///
/// ```swift
/// let ipvs = try Client()
/// let change = try ipvs.changeTimeouts(to: Timeouts(tcp: 600))
/// print(change.before, change.after)
/// ```
///
/// It closes at the end of its life. Several tasks and threads may share one client: a call waits until the call before
/// it has its answer, at most `replyTimeout`. Calls block the thread; the kernel answers in microseconds.
public struct Client: TimeoutsClient, ~Copyable, Sendable {
  /// The network namespace of this client.
  public let namespace: NetworkNamespace
  let socket: Netlink.Socket
  let family: Family

  /// Opens IPVS in a network namespace.
  ///
  /// The kernel loads the module ip_vs if it can. To use IPVS, the process needs CAP_NET_ADMIN. The calling thread
  /// never changes its namespace: another thread enters the namespace and opens the socket there, which needs
  /// CAP_SYS_ADMIN, and for the namespace of a process also CAP_SYS_PTRACE.
  ///
  /// - Parameters:
  ///   - namespace: The network namespace.
  ///   - replyTimeout: How long to wait for each answer of the kernel, from 1 microsecond to 1 hour.
  /// - Throws: ``IPVSError``, when the kernel has no IPVS, there is no such namespace, the caller may not enter it, the
  ///   system refuses a socket, or there is no answer in time.
  public init(
    in namespace: NetworkNamespace = .current, replyTimeout: Duration = .seconds(5)
  ) throws(IPVSError) {
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

  /// Creates a client on an open socket.
  package init(_ namespace: NetworkNamespace, over socket: consuming Netlink.Socket, _ family: Family) {
    self.namespace = namespace
    self.socket = socket
    self.family = family
  }

  /// Opens IPVS of the same kernel in another network namespace, as ``init(in:replyTimeout:)``.
  ///
  /// - Throws: ``IPVSError``.
  package borrowing func opened(in namespace: NetworkNamespace) throws(IPVSError) -> Client {
    do throws(NetlinkError) {
      return Client(namespace, over: try namespace.socket(), family)
    } catch {
      throw IPVSError(error, during: .open, in: namespace)
    }
  }

  /// The timeouts of the namespace, in seconds; `nil` for a protocol that the kernel was built without.
  ///
  /// The corresponding kernel command is `IPVS_CMD_GET_CONFIG`.
  ///
  /// - Throws: ``IPVSError``, when the caller lacks CAP_NET_ADMIN, ip_vs was unloaded, or there is no valid answer in
  ///   time.
  public borrowing func timeouts() throws(IPVSError) -> Timeouts { try timeouts(afterSending: nil) }

  borrowing func timeouts(afterSending sent: Timeouts?) throws(IPVSError) -> Timeouts {
    do throws(NetlinkError) {
      let request = try Request(to: family, command: UInt8(IPVS_CMD_GET_CONFIG))
      return try socket.reply(to: request) { reply throws(NetlinkError) in
        // The kernel answers GET_CONFIG with the command SET_CONFIG.
        guard reply.command == IPVS_CMD_SET_CONFIG else { throw .unexpectedReply }
        return try Timeouts(reply)
      }
    } catch {
      throw IPVSError(error, during: .readTimeouts, in: namespace, sending: sent)
    }
  }

  /// Sets the timeouts that are not `nil`, in one step.
  ///
  /// The kernel keeps the others.
  ///
  /// A new timeout applies to a connection from its next packet on. The corresponding kernel command is
  /// `IPVS_CMD_SET_CONFIG`.
  ///
  /// It does not read them back; ``changeTimeouts(to:isDryRun:)`` does.
  ///
  /// - Throws: ``IPVSError``, for example when the caller lacks CAP_NET_ADMIN or the kernel refuses a value. The kernel
  ///   changes all of the values or none. If ``IPVSError/mayHaveSetTimeouts`` is true, read the timeouts to find out
  ///   which.
  public borrowing func setTimeouts(_ timeouts: Timeouts) throws(IPVSError) {
    do throws(NetlinkError) {
      let request = try Request(to: family, command: UInt8(IPVS_CMD_SET_CONFIG))
      try timeouts.append(to: request)
      try socket.acknowledge(request)
    } catch {
      throw IPVSError(error, during: .setTimeouts, in: namespace, sending: timeouts)
    }
  }

  /// Sets the timeouts that are not `nil`, and reads all timeouts before and after.
  ///
  /// The corresponding kernel commands are `IPVS_CMD_GET_CONFIG` and `IPVS_CMD_SET_CONFIG`.
  ///
  /// - Parameters:
  ///   - wanted: The timeouts to set. If all are `nil`, nothing is sent.
  ///   - isDryRun: Whether to send nothing, and only return what the change would do.
  /// - Returns: The timeouts before and after. If another program has changed them at the same time, that is a result
  ///   and not an error: see ``TimeoutsChange/drift``.
  /// - Throws: ``IPVSError``. If ``IPVSError/mayHaveSetTimeouts`` is true, read the timeouts to find out which values
  ///   are in force.
  @discardableResult
  public borrowing func changeTimeouts(
    to wanted: Timeouts, isDryRun: Bool = false
  ) throws(IPVSError) -> TimeoutsChange {
    try change(to: wanted, isDryRun: isDryRun)
  }

  /// Counts the connections of the namespace, as the kernel lists them now.
  ///
  /// If the timeouts change at the same time, it reads both again. The corresponding file is `/proc/net/ip_vs_conn`:
  /// see ``ConnectionTable``.
  ///
  /// - Parameter filter: Which connections to count.
  /// - Returns: The summary, with times in seconds.
  /// - Throws: ``IPVSError``, when the timeouts or the table cannot be read.
  public borrowing func connectionSummary(
    _ filter: ConnectionFilter = ConnectionFilter()
  ) throws(IPVSError) -> ConnectionSummary {
    try summary(filter)
  }
}

extension Timeouts {
  /// Decodes the reply to `IPVS_CMD_GET_CONFIG`.
  init(_ reply: borrowing Reply) throws(NetlinkError) {
    tcp = try reply.timeout(IPVS_CMD_ATTR_TIMEOUT_TCP)
    tcpFin = try reply.timeout(IPVS_CMD_ATTR_TIMEOUT_TCP_FIN)
    udp = try reply.timeout(IPVS_CMD_ATTR_TIMEOUT_UDP)
  }

  /// Appends the timeouts that are not `nil` to a request `IPVS_CMD_SET_CONFIG`, and nothing else.
  func append(to request: borrowing Request) throws(NetlinkError) {
    if let tcp { try request.append(IPVS_CMD_ATTR_TIMEOUT_TCP, tcp.seconds) }
    if let tcpFin { try request.append(IPVS_CMD_ATTR_TIMEOUT_TCP_FIN, tcpFin.seconds) }
    if let udp { try request.append(IPVS_CMD_ATTR_TIMEOUT_UDP, udp.seconds) }
  }
}

extension Reply {
  /// A timeout; `nil` for a protocol that the kernel was built without.
  fileprivate borrowing func timeout(_ attribute: Int) throws(NetlinkError) -> Timeout? {
    guard let seconds = try unsigned32(attribute) else { return nil }
    guard let timeout = Timeout(held: seconds) else { throw .unexpectedReply }
    return timeout
  }
}

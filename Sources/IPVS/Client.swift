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
/// It closes with its owner. Several tasks and threads may share one: a call waits until the one before has its answer,
/// for as long as `replyTimeout` allows. Calls block the thread; the kernel answers in microseconds.
public struct Client: ~Copyable, Sendable {
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
  ///   - replyTimeout: How long to wait for each answer of the kernel, from a microsecond to an hour.
  /// - Throws: ``IPVSError``, when there is no IPVS or no such namespace, the namespace may not be entered, the system
  ///   refuses a socket, or no answer comes in time.
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

  /// A client over a socket that is open.
  package init(_ namespace: NetworkNamespace, over socket: consuming Netlink.Socket, _ family: Family) {
    self.namespace = namespace
    self.socket = socket
    self.family = family
  }

  /// The timeouts of the namespace; `nil` where the kernel was built without that protocol.
  ///
  /// The corresponding kernel command is `IPVS_CMD_GET_CONFIG`.
  ///
  /// - Throws: ``IPVSError``.
  public borrowing func timeouts() throws(IPVSError) -> Timeouts { try timeouts(afterSending: nil) }

  private borrowing func timeouts(afterSending sent: Timeouts?) throws(IPVSError) -> Timeouts {
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

  /// Sets the timeouts that are named; the kernel keeps the others, in one step.
  ///
  /// A timeout applies to a connection from its next packet on. The corresponding kernel command is
  /// `IPVS_CMD_SET_CONFIG`.
  ///
  /// Does not read them back; see ``changeTimeouts(to:isDryRun:)``.
  ///
  /// - Throws: ``IPVSError``. The kernel changes all or none; where ``IPVSError/mayHaveSetTimeouts`` is true, read
  ///   the timeouts to find out which.
  public borrowing func setTimeouts(_ timeouts: Timeouts) throws(IPVSError) {
    do throws(NetlinkError) {
      let request = try Request(to: family, command: UInt8(IPVS_CMD_SET_CONFIG))
      try timeouts.append(to: request)
      try socket.acknowledge(request)
    } catch {
      throw IPVSError(error, during: .setTimeouts, in: namespace, sending: timeouts)
    }
  }

  /// Sets the timeouts that are named, and reads them before and after.
  ///
  /// The corresponding kernel commands are `IPVS_CMD_GET_CONFIG` and `IPVS_CMD_SET_CONFIG`.
  ///
  /// - Parameters:
  ///   - wanted: The timeouts to set; where none is named, nothing is sent.
  ///   - isDryRun: Whether to send nothing, and to return what a change would do.
  /// - Returns: The timeouts before and after. That another program has changed them in between is a result and no
  ///   error: see ``TimeoutsChange/drift``.
  /// - Throws: ``IPVSError``; where ``IPVSError/mayHaveSetTimeouts`` is true, read the timeouts to find out what is in
  ///   force.
  @discardableResult
  public borrowing func changeTimeouts(
    to wanted: Timeouts, isDryRun: Bool = false
  ) throws(IPVSError) -> TimeoutsChange {
    let before = try timeouts()
    guard !isDryRun, wanted != Timeouts() else {
      return TimeoutsChange(wanted: wanted, before: before, after: wanted.merging(before), isDryRun: isDryRun)
    }
    try setTimeouts(wanted)
    return TimeoutsChange(wanted: wanted, before: before, after: try timeouts(afterSending: wanted))
  }

  /// Summarizes the connections of the namespace, as the kernel lists them now.
  ///
  /// Where someone changes the timeouts in the meantime, reads both again.
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

// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc
internal import Linux
internal import Netlink
internal import SystemPackage

/// A connection to the kernel's IPVS in one network namespace, by socket options instead of netlink.
///
/// Use it where netlink refuses the caller and ``Client`` throws ``IPVSError/Code/userNamespace``: root of a user
/// namespace may use the socket options in the network namespaces that this user namespace owns. Unprivileged containers
/// are such namespaces.
///
/// ```swift
/// let ipvs = try SocketOptionClient()
/// let change = try ipvs.changeTimeouts(to: Timeouts(tcp: 600))
/// print(change.before, change.after)
/// ```
///
/// It closes at the end of its life. Several tasks and threads may share one client. The kernel answers in microseconds.
public struct SocketOptionClient: TimeoutsClient, ~Copyable, Sendable {
  /// The network namespace of this client.
  public let namespace: NetworkNamespace
  private let socket: OptionSocket

  /// Opens IPVS in a network namespace.
  ///
  /// The kernel loads the module ip_vs if it can. To use IPVS, the process needs CAP_NET_ADMIN in the user namespace that
  /// owns the network namespace. The calling thread never changes its namespace, as for
  /// ``Client/init(in:replyTimeout:)``.
  ///
  /// - Parameter namespace: The network namespace.
  /// - Throws: ``IPVSError``, when the kernel has no IPVS, there is no such namespace, the caller may not enter it, or the
  ///   system refuses a socket.
  public init(in namespace: NetworkNamespace = .current) throws(IPVSError) {
    if !KernelModule.isLoaded {
      // A socket option loads no module, but the look-up of the netlink family does.
      do throws(NetlinkError) {
        _ = try Family.load(named: IPVS_GENL_NAME, version: UInt8(IPVS_GENL_VERSION), within: .seconds(5))
      } catch {
        throw IPVSError(error, during: .open, in: namespace)
      }
    }
    let opened = try namespace.visited(for: .open) {
      Result { () throws(Errno) in Parcel(try OptionSocket.open()) }
    }
    do throws(Errno) {
      socket = OptionSocket(try opened.get().take())
      self.namespace = namespace
    } catch {
      throw IPVSError(.refused, .open, in: namespace, errno: error)
    }
  }

  /// The timeouts of the namespace, in seconds; `nil` for a protocol that the kernel was built without.
  ///
  /// The kernel answers 0 for such a protocol. It never holds 0 itself. The corresponding socket option is
  /// `IP_VS_SO_GET_TIMEOUT`.
  ///
  /// - Throws: ``IPVSError``, when the caller lacks CAP_NET_ADMIN, the network namespace belongs to another user
  ///   namespace, or ip_vs was unloaded.
  public borrowing func timeouts() throws(IPVSError) -> Timeouts { try timeouts(afterSending: nil) }

  borrowing func timeouts(afterSending sent: Timeouts?) throws(IPVSError) -> Timeouts {
    var values = ip_vs_timeout_user()
    do throws(Errno) {
      try socket.get(IPVS_SO_GET_TIMEOUT, &values)
    } catch {
      throw IPVSError(option: error, during: .readTimeouts, in: namespace, sending: sent)
    }
    return Timeouts(values)
  }

  /// Sets the timeouts that are not `nil`, in one step.
  ///
  /// The kernel keeps the others.
  ///
  /// A new timeout applies to a connection from its next packet on. The corresponding socket option is
  /// `IP_VS_SO_SET_TIMEOUT`.
  ///
  /// It does not read them back; ``changeTimeouts(to:isDryRun:)`` does.
  ///
  /// - Throws: ``IPVSError``, for example when the caller lacks CAP_NET_ADMIN or the kernel refuses a value. The kernel
  ///   changes all of the values or none.
  public borrowing func setTimeouts(_ timeouts: Timeouts) throws(IPVSError) {
    do throws(Errno) {
      try socket.set(IPVS_SO_SET_TIMEOUT, to: ip_vs_timeout_user(timeouts))
    } catch {
      throw IPVSError(option: error, during: .setTimeouts, in: namespace, sending: timeouts)
    }
  }

  /// Sets the timeouts that are not `nil`, and reads all timeouts before and after.
  ///
  /// - Parameters:
  ///   - wanted: The timeouts to set. If all are `nil`, nothing is sent.
  ///   - isDryRun: Whether to send nothing, and only return what the change would do.
  /// - Returns: The timeouts before and after, as for ``Client/changeTimeouts(to:isDryRun:)``.
  /// - Throws: ``IPVSError``. If ``IPVSError/mayHaveSetTimeouts`` is true, read the timeouts to find out which values
  ///   are in force.
  @discardableResult
  public borrowing func changeTimeouts(
    to wanted: Timeouts, isDryRun: Bool = false
  ) throws(IPVSError) -> TimeoutsChange {
    try change(to: wanted, isDryRun: isDryRun)
  }

  /// Counts the connections of the namespace, as for ``Client/connectionSummary(_:)``.
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
  /// Decodes the answer to `IP_VS_SO_GET_TIMEOUT`.
  init(_ values: ip_vs_timeout_user) {
    self.init(
      tcp: Timeout(held: UInt32(bitPattern: values.tcp_timeout)),
      tcpFin: Timeout(held: UInt32(bitPattern: values.tcp_fin_timeout)),
      udp: Timeout(held: UInt32(bitPattern: values.udp_timeout)))
  }
}

extension ip_vs_timeout_user {
  /// Encodes timeouts for `IP_VS_SO_SET_TIMEOUT`, for which 0 keeps a value.
  init(_ timeouts: Timeouts) {
    self.init(
      tcp_timeout: CInt(bitPattern: timeouts.tcp?.seconds ?? 0),
      tcp_fin_timeout: CInt(bitPattern: timeouts.tcpFin?.seconds ?? 0),
      udp_timeout: CInt(bitPattern: timeouts.udp?.seconds ?? 0))
  }
}

extension IPVSError {
  /// Translates the failure of a socket option.
  fileprivate init(
    option errno: Errno, during operation: Operation, in namespace: NetworkNamespace, sending timeouts: Timeouts?
  ) {
    let code: Code =
      switch errno {
      case .notPermitted: Privilege.whyOptionRefused()
      case .invalidArgument where operation == .setTimeouts: .valueRefused
      // The kernel has the options only while the module is loaded.
      case Errno(rawValue: ENOPROTOOPT): .unloaded
      default: .refused
      }
    self.init(code, operation, in: namespace, sending: timeouts, errno: errno)
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc
internal import Linux
internal import Netlink
internal import SystemPackage

/// The backup daemon that a renewal starts for a moment: a kernel thread that receives sync messages on the loopback
/// interface, and on no other.
///
/// Its number is random. It is enough to recognise the daemon, and to stop it if the process that started it was
/// killed: see ``Client/stop(_:)``.
public struct RenewalDaemon: Sendable, Hashable {
  /// The interface on which it receives.
  static let interface = "lo"

  /// The number that its messages carry, from 1 to 255 (`--syncid` of ipvsadm).
  public let syncID: UInt8

  /// A daemon with a random number.
  public init() {
    self.init(syncID: .random(in: 1...255))
  }

  /// A daemon with a known number.
  public init(syncID: UInt8) {
    self.syncID = syncID
  }

  /// Where it receives: a multicast group of the local network, which no router forwards, and a UDP port.
  struct Address: Sendable, Hashable {
    let group: InternetAddress
    let port: UInt16

    /// Random numbers that no protocol has.
    static var random: Address {
      Address(
        group: InternetAddress(ipv4: 0xE000_0000 | .random(in: 160...239)), port: .random(in: 49_152...60_999))
    }
  }
}

extension Client {
  /// Starts the backup daemon of a renewal.
  ///
  /// The corresponding kernel command is `IPVS_CMD_NEW_DAEMON`.
  ///
  /// - Returns: Where it receives.
  /// - Throws: ``IPVSError``, when a backup daemon runs already, or the kernel cannot have one here.
  borrowing func start(_ daemon: RenewalDaemon) throws(IPVSError) -> RenewalDaemon.Address {
    try RenewalObstacle.check(namespace)
    var attempts = 3
    while true {
      let address = RenewalDaemon.Address.random
      do throws(NetlinkError) {
        try socket.acknowledge(try daemon.startRequest(at: address, to: family))
        return address
      } catch .kernel(.addressInUse) where attempts > 1 {
        // Another program has the port.
        attempts -= 1
      } catch .kernel(.fileExists) {
        throw IPVSError(.backupDaemonRuns, .startDaemon, in: namespace, errno: .fileExists)
      } catch .kernel(.invalidArgument) {
        throw IPVSError(.mixedAddressFamilies, .startDaemon, in: namespace, errno: .invalidArgument)
      } catch {
        // Perhaps only the answer is missing.
        try stop(daemon)
        throw IPVSError(error, during: .startDaemon, in: namespace)
      }
    }
  }

  /// Stops the backup daemon of a renewal, if it runs.
  ///
  /// ``ConnectionRenewal/run(over:until:)`` does this by itself. Call it for a renewal whose process was killed. It never
  /// stops another daemon. The corresponding socket option is `IP_VS_SO_SET_STOPDAEMON`.
  ///
  /// - Returns: Whether it ran.
  /// - Throws: ``IPVSError``, when the kernel does not say which daemon runs, or does not stop it.
  @discardableResult
  public borrowing func stop(_ daemon: RenewalDaemon) throws(IPVSError) -> Bool {
    let own = SyncDaemons.Backup(interface: RenewalDaemon.interface, syncID: daemon.syncID)
    do throws(IPVSError) {
      guard try SyncDaemons(in: namespace).backup == own else { return false }
    } catch {
      // The caller must know that the daemon may still run.
      throw IPVSError(error.code, .stopDaemon, in: namespace, errno: error.underlyingErrno, detail: error.detail)
    }
    try SyncDaemons.stopBackup(in: namespace)
    return true
  }
}

extension RenewalDaemon {
  /// The request that starts it.
  func startRequest(at address: Address, to family: Family) throws(NetlinkError) -> Request {
    let request = try Request(to: family, command: UInt8(IPVS_CMD_NEW_DAEMON))
    try request.append(Int(IPVS_CMD_ATTR_DAEMON)) { () throws(NetlinkError) in
      try request.append(Int(IPVS_DAEMON_ATTR_STATE), UInt32(IP_VS_STATE_BACKUP))
      try request.append(Int(IPVS_DAEMON_ATTR_MCAST_IFN), RenewalDaemon.interface)
      try request.append(Int(IPVS_DAEMON_ATTR_SYNC_ID), UInt32(syncID))
      // Without a size, the kernel uses the MTU of the interface. Someone may have lowered it.
      try request.append(Int(IPVS_DAEMON_ATTR_SYNC_MAXLEN), UInt16(SyncMessage.capacity))
      // The kernel takes the group as it is on the wire, and the port as a number.
      try request.append(
        Int(IPVS_DAEMON_ATTR_MCAST_GROUP), UInt32(truncatingIfNeeded: address.group.bits.low).bigEndian)
      try request.append(Int(IPVS_DAEMON_ATTR_MCAST_PORT), address.port)
    }
    return request
  }
}

/// A reason why a namespace cannot have the backup daemon of a renewal.
enum RenewalObstacle: Sendable, Hashable {
  /// While a backup daemon runs, this director forwards nothing (`net.ipv4.vs.backup_only`).
  case backupOnly
  /// The loopback interface is down.
  case loopbackDown
  /// The kernel does not say.
  case unknown(Errno)

  /// Checks a namespace.
  ///
  /// - Throws: ``IPVSError``, when there is an obstacle, or the namespace may not be entered.
  static func check(_ namespace: NetworkNamespace) throws(IPVSError) {
    if let backup = try SyncDaemons(in: namespace).backup {
      // No director receives there.
      let isOurs = backup.interface == RenewalDaemon.interface
      throw IPVSError(isOurs ? .renewalDaemonRuns : .backupDaemonRuns, .startDaemon, in: namespace)
    }
    switch try namespace.visited(for: .startDaemon, { RenewalObstacle.here }) {
    case nil: return
    case .backupOnly: throw IPVSError(.backupOnly, .startDaemon, in: namespace)
    case .loopbackDown: throw IPVSError(.loopbackDown, .startDaemon, in: namespace)
    case .unknown(let errno): throw IPVSError(.refused, .startDaemon, in: namespace, errno: errno)
    }
  }

  /// The obstacle in the namespace of the calling thread; `nil` if there is none.
  private static var here: RenewalObstacle? {
    do throws(Errno) {
      if try FileReader.kernelText(of: "/proc/sys/net/ipv4/vs/backup_only") != "0\n" { return .backupOnly }
    } catch .noSuchFileOrDirectory {
      // A kernel without this setting forwards.
    } catch {
      return .unknown(error)
    }
    return isLoopbackUp ? nil : .loopbackDown
  }

  private static var isLoopbackUp: Bool {
    var first: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&first) == 0 else { return false }
    defer { freeifaddrs(first) }
    var next = first
    while let interface = next {
      if String(cString: interface.pointee.ifa_name) == RenewalDaemon.interface {
        return interface.pointee.ifa_flags & UInt32(IFF_UP) != 0
      }
      next = interface.pointee.ifa_next
    }
    return false
  }
}

extension IPVSError.Operation {
  /// Starting the backup daemon of a renewal, with `IPVS_CMD_NEW_DAEMON`.
  public static let startDaemon = IPVSError.Operation("start-daemon", "renew connections")
  /// Stopping the backup daemon of a renewal, with `IP_VS_SO_SET_STOPDAEMON`.
  public static let stopDaemon = IPVSError.Operation("stop-daemon", "stop the backup daemon of the renewal")
  /// Sending sync messages to the backup daemon of a renewal.
  public static let renewConnections = IPVSError.Operation("renew-connections", "renew connections")
}

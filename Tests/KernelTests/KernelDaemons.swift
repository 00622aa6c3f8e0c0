// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc
import SystemPackage

/// The sync daemons and the connections of one namespace, without starting a program.
///
/// It shares nothing with the tested code: the daemons are behind the kernel's older interface, the socket options.
final class KernelDaemons {
  private let netns: Namespace
  private let socket: FileDescriptor
  private let sender: LabSocket

  /// The names of the options are macros that Swift cannot import.
  private enum Option {
    /// `IP_VS_SO_GET_DAEMON`.
    static let get: Int32 = 1159
    /// `IP_VS_SO_SET_STARTDAEMON`.
    static let start: Int32 = 1163
    /// `IP_VS_SO_SET_STOPDAEMON`.
    static let stop: Int32 = 1164
  }

  /// `IP_VS_STATE_BACKUP`.
  private static let backup: Int32 = 2

  /// Starts in a namespace whose loopback interface is up and sends to groups.
  init(of netns: Namespace) throws {
    self.netns = netns
    socket = try netns.inside {
      let descriptor = Glibc.socket(
        AF_INET, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue), Int32(IPPROTO_RAW))
      guard descriptor >= 0 else { throw Errno(rawValue: errno) }
      return FileDescriptor(rawValue: descriptor)
    }
    sender = try LabSocket(in: netns, at: "127.0.0.1", 0, isStream: false)
  }

  deinit {
    try? socket.close()
  }

  /// Whether a backup daemon runs.
  func isBackupRunning() throws -> Bool {
    var daemons = (ip_vs_daemon_user(), ip_vs_daemon_user())
    var size = socklen_t(MemoryLayout.size(ofValue: daemons))
    guard getsockopt(socket.rawValue, Int32(IPPROTO_IP), Option.get, &daemons, &size) == 0 else {
      throw Errno(rawValue: errno)
    }
    return [daemons.0.state, daemons.1.state].contains(KernelDaemons.backup)
  }

  /// Adds connections or sets the timers of connections that exist, and leaves them to this director.
  func fill(_ rows: [RenewalTable.Row] = RenewalTable.defaults) throws {
    // A renewal that was killed may have left one.
    if try isBackupRunning() { try change(Option.stop) }
    guard try !isFresh(rows) else { return }
    try change(Option.start)
    for message in try RenewalTable.messages(rows) { try sender.sends(message, toGroup: "224.0.0.81", 8848) }
    let end = ContinuousClock.now + .seconds(10)
    while try !isFresh(rows) {
      guard ContinuousClock.now < end else { throw Errno.timedOut }
      usleep(2000)
    }
    try change(Option.stop)
  }

  /// Whether the table has these connections with their timers, less some seconds.
  private func isFresh(_ rows: [RenewalTable.Row]) throws -> Bool {
    let left = Dictionary(try entries().map { ($0.port, $0.secondsLeft) }, uniquingKeysWith: min)
    return rows.allSatisfy { row in left[Int(row.port)].map { $0 > Int(row.seconds) - 20 } ?? false }
  }

  /// The connection table.
  func entries() throws -> [RenewalEntry] {
    try netns.inside {
      let file = try FileDescriptor.open("/proc/thread-self/net/ip_vs_conn_sync", .readOnly)
      return try file.closeAfter {
        var bytes: [UInt8] = []
        try withUnsafeTemporaryAllocation(byteCount: 1 << 14, alignment: 1) { buffer in
          while case let count = try file.read(into: buffer), count > 0 { bytes += buffer[..<count] }
        }
        return try RenewalEntry.all(in: String(decoding: bytes, as: UTF8.self))
      }
    }
  }

  private func change(_ option: Int32) throws {
    var daemon = ip_vs_daemon_user()
    daemon.state = KernelDaemons.backup
    daemon.syncid = 7
    withUnsafeMutableBytes(of: &daemon.mcast_ifn) { $0.copyBytes(from: "lo".utf8) }
    let size = socklen_t(MemoryLayout.size(ofValue: daemon))
    // EINTR: the daemon was stopped before it ran for the first time.
    guard setsockopt(socket.rawValue, Int32(IPPROTO_IP), option, &daemon, size) == 0 || errno == EINTR else {
      throw Errno(rawValue: errno)
    }
  }
}

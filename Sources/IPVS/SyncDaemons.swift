// SPDX-License-Identifier: Apache-2.0

internal import CIPVS
internal import Glibc

/// The kernel's threads that tell other directors of connections, and listen to what others tell.
enum SyncDaemons {
  /// Whether one listens in the namespace of the calling thread; true also where the kernel does not say.
  ///
  /// The corresponding socket option is `IP_VS_SO_GET_DAEMON`.
  static var isBackupRunning: Bool {
    let socket = socket(AF_INET, CInt(SOCK_RAW.rawValue) | CInt(SOCK_CLOEXEC.rawValue), CInt(IPPROTO_RAW))
    guard socket >= 0 else { return true }
    defer { close(socket) }
    // One for the master's daemon, one for the backup's.
    var daemons = (ip_vs_daemon_user(), ip_vs_daemon_user())
    var size = socklen_t(MemoryLayout.size(ofValue: daemons))
    let option = CInt(IPVS_SO_GET_DAEMON)
    guard getsockopt(socket, CInt(IPPROTO_IP), option, &daemons, &size) == 0 else { return true }
    return (daemons.0.state | daemons.1.state) & CInt(IP_VS_STATE_BACKUP) != 0
  }
}

// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc
import SystemPackage

/// The timeouts of one namespace through the kernel's older interface, the socket options.
///
/// It shares nothing with the tested code. It needs one system call, where ipvsadm needs a process.
struct KernelTimeouts: ~Copyable {
  private let socket: FileDescriptor

  /// The names of the options are macros that Swift cannot import.
  private enum Option {
    /// `IP_VS_SO_GET_TIMEOUT`.
    static let getTimeout: Int32 = 1158
    /// `IP_VS_SO_SET_TIMEOUT`.
    static let setTimeout: Int32 = 1162
  }

  init(of netns: Namespace) throws {
    socket = try netns.inside {
      let descriptor = Glibc.socket(
        AF_INET, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue), Int32(IPPROTO_RAW))
      guard descriptor >= 0 else { throw Errno(rawValue: errno) }
      return FileDescriptor(rawValue: descriptor)
    }
  }

  deinit {
    try? socket.close()
  }

  /// The three values, for example `900 120 300`.
  func values() throws -> String {
    var timeouts = ip_vs_timeout_user()
    var size = socklen_t(MemoryLayout.size(ofValue: timeouts))
    guard getsockopt(socket.rawValue, Int32(IPPROTO_IP), Option.getTimeout, &timeouts, &size) == 0 else {
      throw Errno(rawValue: errno)
    }
    return "\(timeouts.tcp_timeout) \(timeouts.tcp_fin_timeout) \(timeouts.udp_timeout)"
  }

  /// Sets the three values.
  func set(_ tcp: Int32, _ tcpFin: Int32, _ udp: Int32) throws {
    var timeouts = ip_vs_timeout_user(tcp_timeout: tcp, tcp_fin_timeout: tcpFin, udp_timeout: udp)
    let size = socklen_t(MemoryLayout.size(ofValue: timeouts))
    guard setsockopt(socket.rawValue, Int32(IPPROTO_IP), Option.setTimeout, &timeouts, size) == 0 else {
      throw Errno(rawValue: errno)
    }
  }
}

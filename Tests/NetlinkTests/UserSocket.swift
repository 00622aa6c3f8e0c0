// SPDX-License-Identifier: Apache-2.0

import CLibNL
import Glibc
import SystemPackage

/// A plain netlink socket of the protocol NETLINK_USERSOCK, which is for user programs.
final class UserSocket: Sendable {
  private let descriptor: FileDescriptor
  /// The port that the kernel has assigned to this socket.
  let port: UInt32

  init() throws {
    let socket = socket(AF_NETLINK, CInt(SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue), NETLINK_USERSOCK)
    guard socket >= 0 else { throw Errno(rawValue: errno) }
    descriptor = FileDescriptor(rawValue: socket)
    var name = UserSocket.address(port: 0)
    var length = socklen_t(MemoryLayout.size(ofValue: name))
    try withUnsafeMutablePointer(to: &name) { name in
      try name.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
        guard bind(socket, name, length) == 0, getsockname(socket, name, &length) == 0 else {
          throw Errno(rawValue: errno)
        }
      }
    }
    port = name.nl_pid
  }

  deinit {
    try? descriptor.close()
  }

  /// Waits for one datagram.
  ///
  /// - Returns: The datagram and the port of the socket that sent it.
  func receive() throws -> (datagram: [UInt8], sender: UInt32) {
    var name = UserSocket.address(port: 0)
    var length = socklen_t(MemoryLayout.size(ofValue: name))
    let datagram = try Array<UInt8>(unsafeUninitializedCapacity: 4096) { buffer, count in
      count = withUnsafeMutablePointer(to: &name) { name in
        name.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
          recvfrom(descriptor.rawValue, buffer.baseAddress, buffer.count, 0, name, &length)
        }
      }
      guard count >= 0 else {
        count = 0
        throw Errno(rawValue: errno)
      }
    }
    return (datagram, name.nl_pid)
  }

  /// Sends one datagram to the socket with this port.
  func send(_ datagram: some Sequence<UInt8>, to port: UInt32) throws {
    let bytes = Array(datagram)
    var name = UserSocket.address(port: port)
    let length = socklen_t(MemoryLayout.size(ofValue: name))
    let count = withUnsafeMutablePointer(to: &name) { name in
      name.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
        sendto(descriptor.rawValue, bytes, bytes.count, 0, name, length)
      }
    }
    guard count == bytes.count else { throw Errno(rawValue: errno) }
  }

  private static func address(port: UInt32) -> sockaddr_nl {
    sockaddr_nl(nl_family: sa_family_t(AF_NETLINK), nl_pad: 0, nl_pid: port, nl_groups: 0)
  }
}

// SPDX-License-Identifier: Apache-2.0

import CLibNL
import Dispatch
import Glibc
import SystemPackage
import Testing

/// A netlink socket that replaces the kernel and sends any answer that a test wants.
final class NetlinkPeer: Sendable {
  /// The netlink port of this socket.
  let port: UInt32

  private let socket: FileDescriptor

  init() throws {
    let descriptor = Glibc.socket(AF_NETLINK, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue), NETLINK_GENERIC)
    socket = FileDescriptor(rawValue: try NetlinkPeer.checked(descriptor))
    var address = sockaddr_nl()
    address.nl_family = sa_family_t(AF_NETLINK)
    try NetlinkPeer.checked(NetlinkPeer.with(&address) { bind(descriptor, $0, $1) })
    var size = socklen_t(MemoryLayout<sockaddr_nl>.size)
    try NetlinkPeer.checked(NetlinkPeer.with(&address) { pointer, _ in getsockname(descriptor, pointer, &size) })
    port = address.nl_pid
  }

  deinit {
    try? socket.close()
  }

  /// Waits for one request on another thread, and answers it.
  ///
  /// - Parameters:
  ///   - sender: The socket that sends the answer, if it is not this one.
  ///   - reply: Makes the answer's bytes from the header of the request.
  func answer(
    from sender: NetlinkPeer? = nil, _ reply: @escaping @Sendable (nlmsghdr) -> [UInt8]
  ) {
    let sender = sender ?? self
    DispatchQueue.global().async { [self] in
      #expect(throws: Never.self) {
        let (request, port) = try receive()
        try sender.send(reply(request), to: port)
      }
    }
  }

  private func receive() throws -> (header: nlmsghdr, port: UInt32) {
    var address = sockaddr_nl()
    var size = socklen_t(MemoryLayout<sockaddr_nl>.size)
    var header = nlmsghdr()
    try NetlinkPeer.checked(
      NetlinkPeer.with(&address) { pointer, _ in
        recvfrom(socket.rawValue, &header, MemoryLayout<nlmsghdr>.size, 0, pointer, &size)
      })
    return (header, address.nl_pid)
  }

  private func send(_ bytes: [UInt8], to port: UInt32) throws {
    var address = sockaddr_nl()
    address.nl_family = sa_family_t(AF_NETLINK)
    address.nl_pid = port
    try NetlinkPeer.checked(
      NetlinkPeer.with(&address) { sendto(socket.rawValue, bytes, bytes.count, 0, $0, $1) })
  }

  private static func with<Result>(
    _ address: inout sockaddr_nl, _ body: (UnsafeMutablePointer<sockaddr>, socklen_t) -> Result
  ) -> Result {
    withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_nl>.size)) }
    }
  }

  @discardableResult
  private static func checked<Result: SignedInteger>(_ result: Result) throws -> Result {
    guard result >= 0 else { throw Errno(rawValue: errno) }
    return result
  }
}

// SPDX-License-Identifier: Apache-2.0

package import Netlink

extension NetworkNamespace {
  /// Opens a netlink socket in it; where it is the caller's own, nothing is entered.
  ///
  /// - Parameters:
  ///   - protocol: The part of the kernel to talk to.
  ///   - replyTimeout: How long to wait for each answer of the kernel; `nil` is five seconds.
  /// - Returns: The socket.
  /// - Throws: `NetlinkError`, when the namespace is not entered or the system refuses the socket.
  package func socket(
    _ protocol: NetlinkProtocol = .generic, replyTimeout: Duration? = nil
  ) throws(NetlinkError) -> Netlink.Socket {
    if self == .current { return try Socket(`protocol`, replyTimeout: replyTimeout) }
    var batch = SocketBatch(`protocol`, in: [files], replyTimeout: replyTimeout)
    guard let socket = try batch.next() else { throw .foreignReply }
    return socket
  }
}

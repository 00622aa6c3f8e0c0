// SPDX-License-Identifier: Apache-2.0

internal import CLibNL
internal import Glibc
internal import SystemPackage

/// A netlink socket that asks one question at a time.
///
/// It stays in the network namespace in which it was opened. It has one owner and closes with it.
public struct Socket: ~Copyable {
  private let handle: Handle
  private let peer: UInt32

  /// Opens and binds a socket.
  ///
  /// - Parameters:
  ///   - protocol: The part of the kernel to talk to.
  ///   - replyTimeout: How long to wait for each reply, to the microsecond (`SO_RCVTIMEO`).
  /// - Throws: `NetlinkError`, when the system refuses the socket.
  public init(_ protocol: NetlinkProtocol = .generic, replyTimeout: Duration) throws(NetlinkError) {
    try self.init(`protocol`.number, replyTimeout: replyTimeout, peer: 0)
  }

  /// Opens a socket that talks to a port other than the kernel's 0.
  init(_ protocol: CInt, replyTimeout: Duration, peer: UInt32) throws(NetlinkError) {
    let socket = try Handle(nl_socket_alloc(), free: nl_socket_free)
    let handle = socket.pointer
    nl_socket_set_peer_port(handle, peer)
    nl_socket_disable_auto_ack(handle)
    nl_socket_disable_msg_peek(handle)
    try checked { nl_connect(handle, `protocol`) }
    var limit = timeval(replyTimeout)
    try checked {
      setsockopt(
        nl_socket_get_fd(handle), SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout.size(ofValue: limit)))
    }
    self.handle = socket
    self.peer = peer
  }

  /// The port that the kernel gave this socket.
  var port: UInt32 { nl_socket_get_local_port(handle.pointer) }

  /// Sends a request that the kernel answers with one message.
  ///
  /// - Returns: what `decode` made of the reply.
  /// - Throws: `NetlinkError`: the kernel's errno, or why there is no reply to decode.
  public borrowing func reply<Answer>(
    to request: consuming Request,
    decode: (borrowing Reply) throws(NetlinkError) -> Answer
  ) throws(NetlinkError) -> Answer {
    try send(request)
    return try receive { datagram throws(NetlinkError) in
      try decode(Reply(datagram, answering: request))
    }
  }

  /// Sends a request that changes something, and waits for the kernel's acknowledgement.
  ///
  /// - Throws: `NetlinkError`: the kernel's errno, or why there is no acknowledgement.
  public borrowing func acknowledge(_ request: consuming Request) throws(NetlinkError) {
    request.flags |= UInt16(NLM_F_ACK)
    try send(request)
    try receive { datagram throws(NetlinkError) in
      guard try Message(datagram, answering: request).isAcknowledgement else { throw .foreignReply }
    }
  }

  private func send(_ request: borrowing Request) throws(NetlinkError) {
    let message = request.message
    try checked { nl_send_auto(handle.pointer, message) }
  }

  private func receive<Answer>(
    _ decode: (UnsafeRawBufferPointer) throws(NetlinkError) -> Answer
  ) throws(NetlinkError) -> Answer {
    var sender = sockaddr_nl()
    var buffer: UnsafeMutablePointer<UInt8>?
    defer { free(buffer) }
    let count = try checked { nl_recv(handle.pointer, &sender, &buffer, nil) }
    guard sender.nl_pid == peer else { throw .foreignReply }
    return try decode(UnsafeRawBufferPointer(start: buffer, count: Int(count)))
  }
}

extension timeval {
  fileprivate init(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    self.init(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
  }
}

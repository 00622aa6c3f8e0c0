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

  /// Opens a socket in the network namespace of the calling thread.
  ///
  /// - Parameters:
  ///   - protocol: The part of the kernel to talk to.
  ///   - replyTimeout: How long to wait for each reply (`SO_RCVTIMEO`), from a microsecond to an hour; `nil` is five
  ///     seconds.
  /// - Throws: `NetlinkError`, when the system refuses the socket.
  public init(_ protocol: NetlinkProtocol = .generic, replyTimeout: Duration? = nil) throws(NetlinkError) {
    try self.init(`protocol`.number, replyTimeout: replyTimeout, peer: 0)
  }

  /// Opens a socket that talks to a port other than the kernel's 0.
  init(_ protocol: CInt, replyTimeout: Duration?, peer: UInt32) throws(NetlinkError) {
    let socket = try Handle(nl_socket_alloc(), free: nl_socket_free)
    let handle = socket.pointer
    nl_socket_set_peer_port(handle, peer)
    nl_socket_disable_msg_peek(handle)
    // Opened here and not by nl_connect, which folds errno and changes the buffer sizes. The kernel gives the socket a
    // port when it first sends.
    let descriptor = try Socket.open(`protocol`)
    do throws(NetlinkError) {
      try checked { nl_socket_set_fd(handle, `protocol`, descriptor) }
    } catch {
      close(descriptor)
      throw error
    }
    var limit = timeval(replyTimeout)
    try checked {
      setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout.size(ofValue: limit)))
    }
    self.handle = socket
    self.peer = peer
  }

  /// Opens a descriptor that is none of the standard streams.
  ///
  /// A caller may have closed those; what is printed must not reach the kernel.
  private static func open(_ protocol: CInt) throws(NetlinkError) -> CInt {
    let type = CInt(SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue)
    let descriptor = try checked { socket(AF_NETLINK, type, `protocol`) }
    guard descriptor <= STDERR_FILENO else { return descriptor }
    defer { close(descriptor) }
    return try checked { fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1) }
  }

  /// Sends a request that the kernel answers with one message.
  ///
  /// - Returns: what `decode` made of the reply.
  /// - Throws: `NetlinkError`: the kernel's errno, or why there is no reply to decode.
  public borrowing func reply<Answer>(
    to request: consuming Request,
    decode: (borrowing Reply) throws(NetlinkError) -> Answer
  ) throws(NetlinkError) -> Answer {
    try send(request)
    return try receive(answering: request) { datagram throws(NetlinkError) in
      try decode(Reply(datagram, answering: request))
    }
  }

  /// Sends a request that changes something, and waits for the kernel's acknowledgement.
  ///
  /// - Throws: `NetlinkError`: the kernel's errno, or why there is no acknowledgement.
  public borrowing func acknowledge(_ request: consuming Request) throws(NetlinkError) {
    request.askForAcknowledgement()
    try send(request)
    try receive(answering: request) { datagram throws(NetlinkError) in
      guard try Message(datagram, answering: request).isAcknowledgement else { throw .foreignReply }
    }
  }

  private func send(_ request: borrowing Request) throws(NetlinkError) {
    let message = request.message
    request.number(nl_socket_use_seq(handle.pointer))
    try checked { nl_send(handle.pointer, message) }
  }

  private func receive<Answer>(
    answering request: borrowing Request, _ decode: (UnsafeRawBufferPointer) throws(NetlinkError) -> Answer
  ) throws(NetlinkError) -> Answer {
    while true {
      var sender = sockaddr_nl()
      var buffer: UnsafeMutablePointer<UInt8>?
      defer { free(buffer) }
      let count = try checked { nl_recv(handle.pointer, &sender, &buffer, nil) }
      guard sender.nl_pid == peer else { throw .foreignReply }
      let datagram = UnsafeRawBufferPointer(start: buffer, count: Int(count))
      // The answer to a question for which nobody waits any more, because its time was up.
      if Message.answers(datagram, before: request) { continue }
      return try decode(datagram)
    }
  }
}

extension timeval {
  /// A duration; `nil` is five seconds, which are not worth the arithmetic of `Duration`.
  fileprivate init(_ duration: Duration?) {
    guard let (seconds, attoseconds) = duration?.bounded.components else {
      self.init(tv_sec: 5, tv_usec: 0)
      return
    }
    self.init(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
  }
}

extension Duration {
  /// The duration, or the nearest that a socket can wait: 0 would be for ever.
  var bounded: Duration { min(max(self, .microseconds(1)), .seconds(3600)) }
}

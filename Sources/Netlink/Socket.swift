// SPDX-License-Identifier: Apache-2.0

internal import CLibNL
internal import Synchronization

/// A netlink socket that sends one request at a time.
///
/// It stays in the network namespace in which it was opened. It has one owner, and closes at the end of its life.
/// Several threads may share it: each waits until the exchange before it has ended.
package struct Socket: ~Copyable, Sendable {
  private let descriptor: Descriptor
  /// How long to wait for a reply, in milliseconds.
  private let limit: Int
  /// The number of the last request.
  ///
  /// The holder of this lock has the socket for one exchange.
  private let sequence = Mutex<UInt32>(0)

  /// Opens a socket in the network namespace of the calling thread.
  ///
  /// - Parameters:
  ///   - protocol: The netlink protocol, which decides the part of the kernel.
  ///   - replyTimeout: How long to wait for each reply, from a microsecond to an hour.
  /// - Throws: `NetlinkError`, when the system refuses the socket.
  package init(_ protocol: NetlinkProtocol = .generic, replyTimeout: Duration = .seconds(5)) throws(NetlinkError) {
    try self.init(`protocol`.number, replyTimeout: replyTimeout, peer: 0)
  }

  /// Takes ownership of one end of a socket pair.
  ///
  /// The other end answers in place of the kernel.
  package init(talkingTo end: CInt, replyTimeout: Duration) {
    self.init(Descriptor(number: end), replyTimeout: replyTimeout)
  }

  /// Opens a socket to a port other than 0, which is the kernel's.
  init(_ protocol: CInt, replyTimeout: Duration, peer: UInt32) throws(NetlinkError) {
    self.init(try Descriptor(`protocol`, peer: peer), replyTimeout: replyTimeout)
  }

  /// Takes ownership of a descriptor.
  init(_ descriptor: consuming Descriptor, replyTimeout: Duration) {
    self.descriptor = descriptor
    limit = replyTimeout.wholeMilliseconds
  }

  /// Sends a request that the kernel answers with one message.
  ///
  /// - Returns: The value that `decode` returned.
  /// - Throws: `NetlinkError`: the kernel's errno, or the reason why there is no reply to decode.
  package borrowing func reply<Answer: Sendable>(
    to request: borrowing Request,
    decode: (borrowing Reply) throws(NetlinkError) -> Answer
  ) throws(NetlinkError) -> Answer {
    let buffer = Socket.replyBuffer()
    defer { buffer.deallocate() }
    let count = try exchange(request, isChange: false, into: buffer)
    return try decode(Reply(UnsafeRawBufferPointer(rebasing: buffer[..<count]), answering: request))
  }

  /// Sends a request that changes something, and waits for the kernel's acknowledgement.
  ///
  /// - Throws: `NetlinkError`: the kernel's errno, or the reason why there is no acknowledgement.
  package borrowing func acknowledge(_ request: borrowing Request) throws(NetlinkError) {
    request.askForAcknowledgement()
    let buffer = Socket.replyBuffer()
    defer { buffer.deallocate() }
    let count = try exchange(request, isChange: true, into: buffer)
    let message = try Message(UnsafeRawBufferPointer(rebasing: buffer[..<count]), answering: request)
    guard message.isAcknowledgement else { throw .unexpectedReply }
  }

  /// Sends a request that the kernel answers with many messages.
  ///
  /// This uses up the socket, because the kernel answers nothing else on it before the end of the messages.
  ///
  /// - Returns: The messages.
  /// - Throws: `NetlinkError`, when the request cannot be sent. An error of the kernel comes with the messages.
  package consuming func dump(_ request: consuming Request) throws(NetlinkError) -> Dump {
    request.askForDump()
    try sequence.withLock { sequence throws(NetlinkError) in try send(request, after: &sequence) }
    return Dump(of: request, over: self)
  }

  private borrowing func send(_ request: borrowing Request, after sequence: inout UInt32) throws(NetlinkError) {
    sequence &+= 1
    request.number(sequence)
    try descriptor.send(request.bytes)
  }

  private static func replyBuffer() -> UnsafeMutableRawBufferPointer { .allocate(byteCount: 16_384, alignment: 16) }

  /// Sends a request and waits for the datagram that answers it, while no other thread has the socket.
  ///
  /// It is not generic, because a generic function would make every call look up how `NetlinkError` is an `Error`.
  ///
  /// - Returns: The length of the datagram.
  /// - Throws: `NetlinkError`; `.answerLost`, when the answer to a change cannot be received.
  private borrowing func exchange(
    _ request: borrowing Request, isChange: Bool, into buffer: UnsafeMutableRawBufferPointer
  ) throws(NetlinkError) -> Int {
    try sequence.withLock { sequence throws(NetlinkError) in
      try send(request, after: &sequence)
      do throws(NetlinkError) {
        return try receive(answering: request, into: buffer)
      } catch .system(let errno) where isChange {
        throw .answerLost(errno)
      }
    }
  }

  /// Waits for a datagram that answers a request.
  ///
  /// - Returns: Its length.
  borrowing func receive(
    answering request: borrowing Request, into buffer: UnsafeMutableRawBufferPointer
  ) throws(NetlinkError) -> Int {
    var deadline = Deadline(milliseconds: limit)
    while true {
      guard let count = try descriptor.receive(into: buffer) else {
        try descriptor.wait(&deadline)
        continue
      }
      // A late answer to an earlier request, whose time was up.
      if Message.answers(UnsafeRawBufferPointer(rebasing: buffer[..<count]), before: request) { continue }
      return count
    }
  }
}

/// A netlink protocol.
///
/// It decides which part of the kernel answers.
package enum NetlinkProtocol: Sendable {
  /// Generic netlink. Its families have names.
  case generic
  /// Socket diagnosis. It needs no privilege.
  case socketDiagnosis

  /// The number after `NETLINK_`.
  var number: CInt {
    switch self {
    case .generic: NETLINK_GENERIC
    case .socketDiagnosis: NETLINK_SOCK_DIAG
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import CLibNL
internal import SystemPackage

/// The kernel's answer to one request: valid only while it is being decoded.
package struct Reply: ~Copyable {
  /// The generic netlink command that the answer carries; not always the one that was asked.
  package let command: UInt8
  private let attributes: UnsafeRawBufferPointer

  /// Checks one datagram and takes the answer from it.
  ///
  /// - Throws: `NetlinkError`, when the datagram is an error, is cut short or answers something else.
  init(_ datagram: UnsafeRawBufferPointer, answering request: borrowing Request) throws(NetlinkError) {
    let message = try Message(datagram, answering: request)
    guard message.type == request.type else { throw .unexpectedReply }
    guard message.payload.count >= MemoryLayout<genlmsghdr>.size else { throw .truncatedReply }
    command = message.payload.loadUnaligned(as: genlmsghdr.self).cmd
    attributes = UnsafeRawBufferPointer(rebasing: message.payload.dropFirst(MemoryLayout<genlmsghdr>.size))
  }

  /// The value of an attribute of type u16; `nil` where the kernel did not send it.
  ///
  /// - Throws: `NetlinkError.truncatedReply`, when it is shorter than its type.
  package borrowing func unsigned16(_ attribute: Int) throws(NetlinkError) -> UInt16? {
    try value(attribute)
  }

  /// The value of an attribute of type u32; `nil` where the kernel did not send it.
  ///
  /// - Throws: `NetlinkError.truncatedReply`, when it is shorter than its type.
  package borrowing func unsigned32(_ attribute: Int) throws(NetlinkError) -> UInt32? {
    try value(attribute)
  }

  private borrowing func value<Value: BitwiseCopyable>(_ attribute: Int) throws(NetlinkError) -> Value? {
    var rest = CInt(attributes.count)
    var next = attributes.baseAddress?.assumingMemoryBound(to: nlattr.self)
    while let header = next, nla_ok(header, rest) != 0 {
      if nla_type(header) == attribute {
        guard nla_len(header) >= MemoryLayout<Value>.size else { throw .truncatedReply }
        return nla_data(header).loadUnaligned(as: Value.self)
      }
      next = UnsafePointer(nla_next(header, &rest))
    }
    guard rest == 0 else { throw .truncatedReply }
    return nil
  }
}

/// One netlink message that answers a request: what its header says, and what follows the header.
struct Message {
  let type: UInt16
  let flags: UInt16
  let payload: UnsafeRawBufferPointer

  /// Takes the first message of a datagram; but for a dump, the kernel answers a request with one.
  ///
  /// - Throws: `NetlinkError`: the errno that the message carries, or why it answers nothing.
  init(_ datagram: UnsafeRawBufferPointer, answering request: borrowing Request) throws(NetlinkError) {
    guard datagram.count >= MemoryLayout<nlmsghdr>.size else { throw .truncatedReply }
    let header = datagram.loadUnaligned(as: nlmsghdr.self)
    guard header.nlmsg_seq == request.sequence else { throw .unexpectedReply }
    guard MemoryLayout<nlmsghdr>.size...datagram.count ~= Int(header.nlmsg_len) else { throw .truncatedReply }
    type = header.nlmsg_type
    flags = header.nlmsg_flags
    payload = UnsafeRawBufferPointer(rebasing: datagram[MemoryLayout<nlmsghdr>.size..<Int(header.nlmsg_len)])

    guard isAcknowledgement else { return }
    guard payload.count >= MemoryLayout<nlmsgerr>.size else { throw .truncatedReply }
    let error = payload.loadUnaligned(as: nlmsgerr.self).error
    guard error == 0 else { throw .kernel(Errno(rawValue: 0 &- error)) }
  }

  /// Whether a datagram answers an earlier request than this one.
  static func answers(_ datagram: UnsafeRawBufferPointer, before request: borrowing Request) -> Bool {
    guard datagram.count >= MemoryLayout<nlmsghdr>.size else { return false }
    let header = datagram.loadUnaligned(as: nlmsghdr.self)
    guard Int(header.nlmsg_len) >= MemoryLayout<nlmsghdr>.size else { return false }
    return Int32(bitPattern: header.nlmsg_seq &- request.sequence) < 0
  }

  /// How many bytes of the datagram it takes, with what pads it.
  var length: Int { Int(nlmsg_total_size(CInt(payload.count))) }

  /// Whether this is the kernel's "done": a message of type `NLMSG_ERROR` with the error 0.
  var isAcknowledgement: Bool { type == NLMSG_ERROR }
}

/// The kernel's answer in many messages: one record after another, in memory that does not grow.
package struct Dump: ~Copyable {
  private let request: Request
  private let socket: Socket
  // As much as the kernel puts into a datagram for one who has room for it; for others it makes many small ones.
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 32_768, alignment: 16)
  /// What has been received and not been handed out.
  private var unread = 0..<0
  private var isAtEnd = false
  /// Whether the kernel has said that what it tells of has changed meanwhile, so that records may be missing or old.
  package private(set) var isInterrupted = false

  /// What comes over a socket on which this has been asked.
  init(of request: consuming Request, over socket: consuming Socket) {
    self.request = request
    self.socket = socket
  }

  deinit {
    buffer.deallocate()
  }

  /// The structure that the next message begins with; `nil` after the last one.
  ///
  /// What follows it in the message is passed over, as newer kernels may send more.
  ///
  /// - Throws: `NetlinkError`: the kernel's errno, or why there is nothing to decode. There is nothing more to come then.
  package mutating func next<Record: BitwiseCopyable>(
    as record: Record.Type = Record.self
  ) throws(NetlinkError) -> Record? {
    guard !isAtEnd else { return nil }
    isAtEnd = true
    if unread.isEmpty { unread = 0..<(try socket.receive(answering: request, into: buffer)) }
    let message = try Message(UnsafeRawBufferPointer(rebasing: buffer[unread]), answering: request)
    if message.flags & UInt16(NLM_F_DUMP_INTR) != 0 { isInterrupted = true }
    guard message.type != NLMSG_DONE else {
      // Where the kernel could not go on, it says why in the last message.
      let error: CInt = try message.record()
      guard error >= 0 else { throw .kernel(Errno(rawValue: 0 &- error)) }
      return nil
    }
    guard message.type == request.type else { throw .unexpectedReply }
    unread = min(unread.lowerBound + message.length, unread.upperBound)..<unread.upperBound
    let record: Record = try message.record()
    isAtEnd = false
    return record
  }
}

extension Message {
  /// The structure that it begins with.
  ///
  /// - Throws: `NetlinkError.truncatedReply`, when it is shorter than that.
  fileprivate func record<Record: BitwiseCopyable>() throws(NetlinkError) -> Record {
    guard payload.count >= MemoryLayout<Record>.size else { throw .truncatedReply }
    return payload.loadUnaligned(as: Record.self)
  }
}

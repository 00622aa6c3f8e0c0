// SPDX-License-Identifier: Apache-2.0

internal import CLibNL
internal import SystemPackage

/// The kernel's answer to one request.
///
/// It is valid only while it is decoded.
package struct Reply: ~Copyable {
  /// The generic netlink command in the answer.
  ///
  /// It is not always the command of the request.
  package let command: UInt8
  private let attributes: UnsafeRawBufferPointer

  /// Checks one datagram and finds the answer in it.
  ///
  /// - Throws: `NetlinkError`, when the datagram is an error, is cut short, or answers another request.
  init(_ datagram: UnsafeRawBufferPointer, answering request: borrowing Request) throws(NetlinkError) {
    let message = try Message(datagram, answering: request)
    guard message.type == request.type else { throw .unexpectedReply }
    guard message.payload.count >= MemoryLayout<genlmsghdr>.size else { throw .truncatedReply }
    command = message.payload.loadUnaligned(as: genlmsghdr.self).cmd
    attributes = UnsafeRawBufferPointer(rebasing: message.payload.dropFirst(MemoryLayout<genlmsghdr>.size))
  }

  /// The value of an attribute of type u16; `nil` if the kernel did not send it.
  ///
  /// - Throws: `NetlinkError.truncatedReply`, when it is shorter than its type.
  package borrowing func unsigned16(_ attribute: Int) throws(NetlinkError) -> UInt16? {
    try value(attribute)
  }

  /// The value of an attribute of type u32; `nil` if the kernel did not send it.
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

/// One netlink message that answers a request: the type and flags from its header, and its payload.
struct Message {
  let type: UInt16
  let flags: UInt16
  let payload: UnsafeRawBufferPointer

  /// Reads the first message of a datagram.
  ///
  /// The kernel answers every request with one message, except a dump.
  ///
  /// - Throws: `NetlinkError`: the errno in the message, or the reason why it is not an answer.
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

  /// The number of bytes of the message in the datagram, with the padding.
  var length: Int { Int(nlmsg_total_size(CInt(payload.count))) }

  /// Whether this is the acknowledgement of the kernel: a message of type `NLMSG_ERROR` with the error 0.
  var isAcknowledgement: Bool { type == NLMSG_ERROR }
}

/// The kernel's answer in many messages: one record after another, in a buffer of fixed size.
package struct Dump: ~Copyable {
  private let request: Request
  private let socket: Socket
  // The size up to which the kernel fills a datagram if there is room. With less room it sends many small ones.
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 32_768, alignment: 16)
  /// The part that has been received but not returned.
  private var unread = 0..<0
  private var isAtEnd = false
  /// Whether the kernel has reported a change during the dump, so that records may be missing or outdated.
  package private(set) var isInterrupted = false

  /// The messages that arrive after this request was sent on this socket.
  init(of request: consuming Request, over socket: consuming Socket) {
    self.request = request
    self.socket = socket
  }

  deinit {
    buffer.deallocate()
  }

  /// The structure at the beginning of the next message; `nil` after the last one.
  ///
  /// The rest of the message is ignored, because newer kernels may send more.
  ///
  /// - Throws: `NetlinkError`: the kernel's errno, or the reason why nothing can be decoded. After an error there are
  ///   no more records.
  package mutating func next<Record: BitwiseCopyable>(
    as record: Record.Type = Record.self
  ) throws(NetlinkError) -> Record? {
    guard !isAtEnd else { return nil }
    isAtEnd = true
    if unread.isEmpty { unread = 0..<(try socket.receive(answering: request, into: buffer)) }
    let message = try Message(UnsafeRawBufferPointer(rebasing: buffer[unread]), answering: request)
    if message.flags & UInt16(NLM_F_DUMP_INTR) != 0 { isInterrupted = true }
    guard message.type != NLMSG_DONE else {
      // If the kernel failed during the dump, its last message has the errno.
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
  /// The structure at the beginning of the message.
  ///
  /// - Throws: `NetlinkError.truncatedReply`, when the message is shorter than the structure.
  fileprivate func record<Record: BitwiseCopyable>() throws(NetlinkError) -> Record {
    guard payload.count >= MemoryLayout<Record>.size else { throw .truncatedReply }
    return payload.loadUnaligned(as: Record.self)
  }
}

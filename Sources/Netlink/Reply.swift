// SPDX-License-Identifier: Apache-2.0

internal import CLibNL

/// The kernel's answer to one request: valid only while it is being decoded.
public struct Reply: ~Copyable {
  /// The generic netlink command that the answer carries; not always the one that was asked.
  public let command: UInt8
  private let attributes: UnsafeRawBufferPointer

  /// Checks one datagram and takes the answer from it.
  ///
  /// - Throws: `NetlinkError`, when the datagram is an error, is cut short or answers something else.
  init(_ datagram: UnsafeRawBufferPointer, answering request: borrowing Request) throws(NetlinkError) {
    let message = try Message(datagram, answering: request)
    guard message.type == request.type else { throw .foreignReply }
    guard message.payload.count >= MemoryLayout<genlmsghdr>.size else { throw .truncatedReply }
    command = message.payload.loadUnaligned(as: genlmsghdr.self).cmd
    attributes = UnsafeRawBufferPointer(rebasing: message.payload.dropFirst(MemoryLayout<genlmsghdr>.size))
  }

  /// The value of an attribute of type u16; `nil` where the kernel did not send it.
  ///
  /// - Throws: `NetlinkError.truncatedReply`, when it is shorter than its type.
  public borrowing func unsigned16(_ attribute: Int) throws(NetlinkError) -> UInt16? {
    try value(attribute)
  }

  /// The value of an attribute of type u32; `nil` where the kernel did not send it.
  ///
  /// - Throws: `NetlinkError.truncatedReply`, when it is shorter than its type.
  public borrowing func unsigned32(_ attribute: Int) throws(NetlinkError) -> UInt32? {
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

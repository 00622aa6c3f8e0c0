// SPDX-License-Identifier: Apache-2.0

internal import CLibNL
internal import SystemPackage

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
    guard header.nlmsg_seq == request.sequence else { throw .foreignReply }
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

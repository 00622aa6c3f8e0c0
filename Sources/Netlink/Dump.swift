// SPDX-License-Identifier: Apache-2.0

internal import CLibNL
internal import SystemPackage

/// The kernel's answer in many messages: one record after another, in memory that does not grow.
public struct Dump: ~Copyable {
  private let request: Request
  private let socket: Socket
  // As much as the kernel puts into a datagram for one who has room for it; for others it makes many small ones.
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 32_768, alignment: 16)
  /// What has been received and not been handed out.
  private var unread = 0..<0
  private var isAtEnd = false
  /// Whether the kernel has said that what it tells of has changed meanwhile, so that records may be missing or old.
  public private(set) var isInterrupted = false

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
  public mutating func next<Record: BitwiseCopyable>(
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
    guard message.type == request.type else { throw .foreignReply }
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

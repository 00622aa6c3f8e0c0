// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Netlink

/// Answers that a kernel should never send.
@Suite struct MalformedReplyTests {
  @Test(arguments: 0..<16)
  func `a datagram shorter than a header`(count: Int) {
    #expect(throws: NetlinkError.truncatedReply) { try command(Array(Captured.configReply.prefix(count))) }
  }

  @Test(arguments: [0, 1, 15, 45, 0x7fff_ffff, 0xffff_ffff] as [UInt32])
  func `a length smaller than a header or larger than the datagram`(length: UInt32) {
    #expect(throws: NetlinkError.truncatedReply) { try command(Captured.configReply.with(length, at: 0)) }
  }

  @Test func `a datagram cut short by one byte`() {
    #expect(throws: NetlinkError.truncatedReply) { try command(Captured.configReply.dropLast()) }
  }

  @Test func `another sequence number`() {
    #expect(throws: NetlinkError.unexpectedReply) { try command(Captured.configReply.with(1 as UInt32, at: 8)) }
  }

  @Test func `a refusal with another sequence number`() {
    #expect(throws: NetlinkError.unexpectedReply) { try command(Captured.notPermitted.with(1 as UInt32, at: 8)) }
  }

  @Test(arguments: [0, 1, 3, 16, 29, 0xffff] as [UInt16])
  func `another message type`(type: UInt16) {
    #expect(throws: NetlinkError.unexpectedReply) { try command(Captured.configReply.with(type, at: 4)) }
  }

  @Test(arguments: 16..<20)
  func `no generic netlink header, or half of one`(length: Int) {
    let datagram = Captured.configReply.prefix(length).with(UInt32(length), at: 0)
    #expect(throws: NetlinkError.truncatedReply) { try command(datagram) }
  }

  @Test(arguments: [16, 20, 35])
  func `a refusal cut short`(length: Int) {
    let datagram = Captured.notPermitted.prefix(length).with(UInt32(length), at: 0)
    #expect(throws: NetlinkError.truncatedReply) { try command(datagram) }
  }

  @Test func `an acknowledgement instead of an answer`() {
    #expect(throws: NetlinkError.unexpectedReply) { try command(Captured.acknowledgement) }
  }

  private func command(_ datagram: [UInt8]) throws -> UInt8 {
    try decoded(datagram) { $0.command }
  }
}

extension RangeReplaceableCollection<UInt8> {
  /// The same bytes with another number in the header.
  ///
  /// Netlink uses the byte order of the machine.
  func with(_ number: some FixedWidthInteger, at offset: Int) -> [UInt8] {
    var result = Array(self)
    Swift.withUnsafeBytes(of: number) { result.replaceSubrange(offset..<(offset + $0.count), with: $0) }
    return result
  }
}

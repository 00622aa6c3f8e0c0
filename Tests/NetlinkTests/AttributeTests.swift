// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Netlink

/// The attributes after the two headers of an answer.
@Suite struct AttributeTests {
  @Test func `unknown attributes before and after are skipped`() throws {
    let answer = try unsigned32(
      4,
      in: [
        0x05, 0x00, 0x63, 0x00,  // nla_len 5, nla_type 99
        0x01,  // a byte
        0x00, 0x00, 0x00,  // padding
        0x08, 0x00, 0x04, 0x00,  // nla_len 8, nla_type 4
        0x3c, 0x00, 0x00, 0x00,  // 60
        0x04, 0x00, 0x64, 0x00,  // nla_len 4, nla_type 100: a flag
      ])
    #expect(answer == 60)
  }

  @Test func `flags in the type do not hide an attribute`() throws {
    let answer = try unsigned32(
      4,
      in: [
        0x08, 0x00, 0x04, 0x40,  // nla_len 8, nla_type 4 with NLA_F_NET_BYTEORDER
        0x3c, 0x00, 0x00, 0x00,  // 60
      ])
    #expect(answer == 60)
  }

  @Test func `of two attributes of one type the first counts`() throws {
    let answer = try unsigned32(
      4,
      in: [
        0x08, 0x00, 0x04, 0x00, 0x01, 0x00, 0x00, 0x00,  // 1
        0x08, 0x00, 0x04, 0x00, 0x02, 0x00, 0x00, 0x00,  // 2
      ])
    #expect(answer == 1)
  }

  @Test func `no attributes at all`() throws {
    #expect(try unsigned32(4, in: []) == nil)
  }

  @Test func `the last attribute needs no padding`() throws {
    let attributes: [UInt8] = [
      0x06, 0x00, 0x01, 0x00,  // nla_len 6, nla_type 1
      0x1c, 0x00,  // 28
    ]
    #expect(try decoded(datagram(attributes)) { reply throws(NetlinkError) in try reply.unsigned16(1) } == 28)
  }

  @Test func `a u32 of two bytes is cut short`() {
    #expect(throws: NetlinkError.truncatedReply) {
      try unsigned32(
        4,
        in: [
          0x06, 0x00, 0x04, 0x00,  // nla_len 6, nla_type 4
          0x3c, 0x00,  // two bytes of four
          0x00, 0x00,  // padding
        ])
    }
  }

  @Test func `a u16 of one byte is cut short`() throws {
    let attributes: [UInt8] = [
      0x05, 0x00, 0x01, 0x00,  // nla_len 5, nla_type 1
      0x1c,  // one byte of two
      0x00, 0x00, 0x00,  // padding
    ]
    #expect(throws: NetlinkError.truncatedReply) {
      try decoded(datagram(attributes)) { reply throws(NetlinkError) in try reply.unsigned16(1) }
    }
  }

  @Test(
    arguments: [
      [0x08, 0x00, 0x04, 0x00, 0x3c, 0x00],  // says 8, has 6
      [0x08, 0x00, 0x04, 0x00],  // says 8, has 4
      [0x08, 0x00, 0x04],  // no whole header
      [0x08],
      [0xff, 0xff, 0x04, 0x00, 0x3c, 0x00, 0x00, 0x00],  // says 65535
      [0x00, 0x00, 0x04, 0x00, 0x3c, 0x00, 0x00, 0x00],  // says 0
      [0x03, 0x00, 0x04, 0x00, 0x3c, 0x00, 0x00, 0x00],  // says less than its own header
    ] as [[UInt8]])
  func `an attribute cut short`(attributes: [UInt8]) {
    #expect(throws: NetlinkError.truncatedReply) { try unsigned32(4, in: attributes) }
    #expect(throws: NetlinkError.truncatedReply) { try unsigned32(5, in: attributes) }
  }

  @Test func `an attribute that is cut short does not spoil the one before it`() throws {
    #expect(try unsigned32(4, in: [0x08, 0x00, 0x04, 0x00, 0x3c, 0x00, 0x00, 0x00, 0x08]) == 60)
  }

  private func unsigned32(_ attribute: Int, in attributes: [UInt8]) throws -> UInt32? {
    try decoded(datagram(attributes)) { reply throws(NetlinkError) in try reply.unsigned32(attribute) }
  }

  /// The headers of the captured answer, with other attributes.
  private func datagram(_ attributes: [UInt8]) -> [UInt8] {
    (Captured.configReply.prefix(20) + attributes).with(UInt32(20 + attributes.count), at: 0)
  }
}

// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import IPVS
@testable import Netlink

/// The attributes of IPVS_CMD_SET_CONFIG and of the answer to IPVS_CMD_GET_CONFIG.
@Suite struct TimeoutAttributesTests {
  private static let tcp: [UInt8] = [
    0x08, 0x00, 0x04, 0x00,  // nla_len 8, nla_type IPVS_CMD_ATTR_TIMEOUT_TCP
    0x84, 0x03, 0x00, 0x00,  // 900
  ]
  private static let tcpFin: [UInt8] = [
    0x08, 0x00, 0x05, 0x00,  // nla_len 8, nla_type IPVS_CMD_ATTR_TIMEOUT_TCP_FIN
    0x78, 0x00, 0x00, 0x00,  // 120
  ]
  private static let udp: [UInt8] = [
    0x08, 0x00, 0x06, 0x00,  // nla_len 8, nla_type IPVS_CMD_ATTR_TIMEOUT_UDP
    0x2c, 0x01, 0x00, 0x00,  // 300
  ]

  static let mapping: [(Timeouts, [UInt8])] = [
    (Timeouts(), []),
    (Timeouts(tcp: 900), tcp),
    (Timeouts(tcpFin: 120), tcpFin),
    (Timeouts(udp: 300), udp),
    (Timeouts(tcp: 900, udp: 300), tcp + udp),
    (.kernelDefault, tcp + tcpFin + udp),
  ]

  @Test(arguments: mapping)
  func `only named timeouts are sent`(timeouts: Timeouts, attributes: [UInt8]) throws {
    let request = try Request(to: Family(id: 28, version: 1), command: 12)
    try timeouts.append(to: request)
    #expect(Array(request.bytes.dropFirst(20)) == attributes)
  }

  @Test(arguments: mapping)
  func `a timeout that is absent in the answer is nil`(timeouts: Timeouts, attributes: [UInt8]) throws {
    #expect(try decoded(attributes) == timeouts)
  }

  @Test func `neither the order of the answer nor other attributes matter`() throws {
    let other: [UInt8] = [0x05, 0x00, 0x63, 0x00, 0xff, 0x00, 0x00, 0x00]
    #expect(try decoded(Self.udp + other + Self.tcpFin + Self.tcp) == .kernelDefault)
  }

  @Test func `a kernel may hold a timeout that is too long to set`() throws {
    let timeouts = try decoded([0x08, 0x00, 0x06, 0x00, 0xff, 0xff, 0xff, 0x7f])
    #expect(timeouts.udp?.seconds == 0x7fff_ffff)
  }

  @Test(arguments: [4, 5, 6] as [UInt8])
  func `no kernel holds a timeout of 0`(attribute: UInt8) {
    #expect(throws: NetlinkError.unexpectedReply) {
      try decoded([0x08, 0x00, attribute, 0x00, 0x00, 0x00, 0x00, 0x00])
    }
  }

  @Test(arguments: [4, 5, 6] as [UInt8])
  func `a timeout of two bytes is cut short`(attribute: UInt8) {
    #expect(throws: NetlinkError.truncatedReply) {
      try decoded([0x06, 0x00, attribute, 0x00, 0x3c, 0x00, 0x00, 0x00])
    }
  }

  /// The timeouts from an answer with these attributes.
  private func decoded(_ attributes: [UInt8]) throws -> Timeouts {
    let datagram: [UInt8] =
      [
        // struct nlmsghdr
        UInt8(20 + attributes.count), 0x00, 0x00, 0x00,  // nlmsg_len
        0x1c, 0x00,  // nlmsg_type 28, the family
        0x00, 0x00,  // nlmsg_flags
        0x00, 0x00, 0x00, 0x00,  // nlmsg_seq
        0xd6, 0x02, 0x00, 0x00,  // nlmsg_pid
        // struct genlmsghdr
        0x0c, 0x01,  // cmd IPVS_CMD_SET_CONFIG, version 1
        0x00, 0x00,  // reserved
      ] + attributes
    let request = try Request(to: Family(id: 28, version: 1), command: 13)
    return try datagram.withUnsafeBytes { bytes in
      try Timeouts(Reply(bytes, answering: request))
    }
  }
}

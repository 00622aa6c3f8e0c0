// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Netlink

/// Requests before they are sent.
///
/// The sequence number is filled in later; the port never is, because the kernel knows it.
@Suite struct RequestTests {
  @Test func `requests a family by its name`() throws {
    let request = try Request(to: .controller, command: 3)
    try request.append(2, "IPVS")
    #expect(
      Array(request.bytes) == [
        // struct nlmsghdr
        0x20, 0x00, 0x00, 0x00,  // nlmsg_len 32
        0x10, 0x00,  // nlmsg_type GENL_ID_CTRL
        0x01, 0x00,  // nlmsg_flags NLM_F_REQUEST
        0x00, 0x00, 0x00, 0x00,  // nlmsg_seq
        0x00, 0x00, 0x00, 0x00,  // nlmsg_pid
        // struct genlmsghdr
        0x03, 0x01,  // cmd CTRL_CMD_GETFAMILY, version 1
        0x00, 0x00,  // reserved
        // struct nlattr CTRL_ATTR_FAMILY_NAME
        0x09, 0x00, 0x02, 0x00,  // nla_len 9, nla_type 2
        0x49, 0x50, 0x56, 0x53, 0x00,  // "IPVS"
        0x00, 0x00, 0x00,  // padding
      ])
  }

  @Test func `has attributes of type u32`() throws {
    let request = try Request(to: .ipvs, command: 12)
    try request.append(4, UInt32(60))
    try request.append(6, UInt32.max)
    #expect(
      Array(request.bytes) == [
        // struct nlmsghdr
        0x24, 0x00, 0x00, 0x00,  // nlmsg_len 36
        0x1c, 0x00,  // nlmsg_type 28, the family
        0x01, 0x00,  // nlmsg_flags NLM_F_REQUEST
        0x00, 0x00, 0x00, 0x00,  // nlmsg_seq
        0x00, 0x00, 0x00, 0x00,  // nlmsg_pid
        // struct genlmsghdr
        0x0c, 0x01,  // cmd IPVS_CMD_SET_CONFIG, version 1
        0x00, 0x00,  // reserved
        // struct nlattr IPVS_CMD_ATTR_TIMEOUT_TCP
        0x08, 0x00, 0x04, 0x00,  // nla_len 8, nla_type 4
        0x3c, 0x00, 0x00, 0x00,  // 60
        // struct nlattr IPVS_CMD_ATTR_TIMEOUT_UDP
        0x08, 0x00, 0x06, 0x00,  // nla_len 8, nla_type 6
        0xff, 0xff, 0xff, 0xff,  // 4294967295
      ])
  }

  @Test func `has attributes of type u16`() throws {
    let request = try Request(to: .ipvs, command: 9)
    try request.append(7, UInt16(0xC350))
    try request.append(4, UInt16.max)
    #expect(
      Array(request.bytes.dropFirst(20)) == [
        0x06, 0x00, 0x07, 0x00,  // nla_len 6, nla_type 7
        0x50, 0xC3, 0x00, 0x00,  // 50000, padding
        0x06, 0x00, 0x04, 0x00,  // nla_len 6, nla_type 4
        0xFF, 0xFF, 0x00, 0x00,  // 65535, padding
      ])
  }

  @Test func `has attributes that contain others`() throws {
    let request = try Request(to: .ipvs, command: 9)
    try request.append(3) { () throws(NetlinkError) in
      try request.append(1, UInt32(2))
      try request.append(2, "lo")
    }
    try request.append(4, UInt32(60))
    #expect(
      Array(request.bytes.dropFirst(20)) == [
        0x14, 0x00, 0x03, 0x80,  // nla_len 20, nla_type 3 | NLA_F_NESTED
        0x08, 0x00, 0x01, 0x00,  // nla_len 8, nla_type 1
        0x02, 0x00, 0x00, 0x00,  // 2
        0x07, 0x00, 0x02, 0x00,  // nla_len 7, nla_type 2
        0x6C, 0x6F, 0x00, 0x00,  // "lo", padding
        // After the nested attributes.
        0x08, 0x00, 0x04, 0x00,  // nla_len 8, nla_type 4
        0x3C, 0x00, 0x00, 0x00,  // 60
      ])
    #expect(request.bytes.count == 48)
  }

  @Test func `passes on the failure to append a nested attribute`() throws {
    let request = try Request(to: .ipvs, command: 9)
    #expect(throws: NetlinkError.self) {
      try request.append(3) { () throws(NetlinkError) in try request.append(2, String(repeating: "x", count: 100_000)) }
    }
  }

  @Test func `needs no attribute`() throws {
    let request = try Request(to: Family(id: 0x1234, version: 7), command: 13)
    #expect(
      Array(request.bytes) == [
        // struct nlmsghdr
        0x14, 0x00, 0x00, 0x00,  // nlmsg_len 20
        0x34, 0x12,  // nlmsg_type, the family
        0x01, 0x00,  // nlmsg_flags NLM_F_REQUEST
        0x00, 0x00, 0x00, 0x00,  // nlmsg_seq
        0x00, 0x00, 0x00, 0x00,  // nlmsg_pid
        // struct genlmsghdr
        0x0d, 0x07,  // cmd IPVS_CMD_GET_CONFIG, version 7
        0x00, 0x00,  // reserved
      ])
  }

  @Test func `can ask for an acknowledgement`() throws {
    let request = try Request(to: .ipvs, command: 12)
    request.askForAcknowledgement()
    #expect(Array(request.bytes[6..<8]) == [0x05, 0x00])  // NLM_F_REQUEST | NLM_F_ACK
  }

  @Test func `has the type and the sequence number of its reply`() throws {
    let request = try Request(to: .ipvs, command: 12)
    #expect(request.type == 28)
    request.number(7)
    #expect(request.sequence == 7)
    #expect(Array(request.bytes[8..<12]) == [0x07, 0x00, 0x00, 0x00])
  }

  @Test func `refuses an attribute without room for it, and stays unchanged`() throws {
    let request = try Request(to: .controller, command: 3)
    #expect(throws: NetlinkError.self) { try request.append(2, String(repeating: "x", count: 100_000)) }
    #expect(request.bytes.count == 20)
  }
}

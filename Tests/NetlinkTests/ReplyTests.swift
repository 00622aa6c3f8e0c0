// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Netlink

/// Captured answers.
@Suite struct ReplyTests {
  @Test func `a family has a number`() throws {
    let answer = try decoded(Captured.familyReply, from: .controller) { reply throws(NetlinkError) in
      (reply.command, try reply.unsigned16(1), try reply.unsigned32(3), try reply.unsigned32(5))
    }
    #expect(answer == (1, 28, 1, 6))
  }

  @Test func `the answer to GET_CONFIG has the command SET_CONFIG`() throws {
    #expect(try decoded(Captured.configReply) { $0.command } == 12)
  }

  @Test(arguments: [(4, 900), (5, 120), (6, 300)] as [(Int, UInt32)])
  func `a timeout is an attribute of type u32`(attribute: Int, seconds: UInt32) throws {
    let answer = try decoded(Captured.configReply) { reply throws(NetlinkError) in try reply.unsigned32(attribute) }
    #expect(answer == seconds)
  }

  @Test(arguments: [0, 1, 7, 0x7fff])
  func `an attribute that was not sent is nil`(attribute: Int) throws {
    let answer = try decoded(Captured.configReply) { reply throws(NetlinkError) in try reply.unsigned32(attribute) }
    #expect(answer == nil)
  }

  @Test func `an acknowledgement is recognised`() throws {
    #expect(try isAcknowledgement(Captured.acknowledgement))
  }

  @Test func `an answer is not an acknowledgement`() throws {
    #expect(try !isAcknowledgement(Captured.configReply))
  }
}

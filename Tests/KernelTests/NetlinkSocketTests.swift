// SPDX-License-Identifier: Apache-2.0

import CLibNL
import SystemPackage
import Testing

@testable import Netlink

extension RealKernel {
  /// The netlink layer on real sockets, with a peer that sends answers that the kernel never sends.
  @Suite struct NetlinkSocketTests {
    private let peer: NetlinkPeer

    init() throws {
      peer = try NetlinkPeer()
    }

    @Test func acceptsAnAnswer() throws {
      peer.answer { ReplyBytes(to: $0).bytes }
      #expect(try ask() == Answer(command: 9, value: 7))
    }

    @Test func acceptsAnAnswerWithoutTheAttribute() throws {
      peer.answer { request in
        ReplyBytes(to: request) { $0.payload = [9, 1, 0, 0] }.bytes
      }
      #expect(try ask() == Answer(command: 9, value: nil))
    }

    @Test func acceptsAnAnswerWithUnknownAttributes() throws {
      peer.answer { request in
        ReplyBytes(to: request) { $0.payload.insert(contentsOf: [5, 0, 77, 0, 1, 0, 0, 0], at: 4) }.bytes
      }
      #expect(try ask() == Answer(command: 9, value: 7))
    }

    @Test func waitsOnlyForTheGivenTime() throws {
      let duration = ContinuousClock().measure {
        #expect(throws: NetlinkError.timedOut) { try ask(within: .milliseconds(200)) }
      }
      #expect(duration > .milliseconds(190))
      #expect(duration < .seconds(60))
    }

    @Test func refusesPartOfAHeader() {
      for count in [1, 8, 15] {
        peer.answer { Array(ReplyBytes(to: $0).bytes.prefix(count)) }
        #expect(throws: NetlinkError.truncatedReply, "\(count) bytes") { try ask() }
      }
    }

    @Test func refusesAHeaderAlone() {
      peer.answer { request in
        ReplyBytes(to: request) { $0.payload = [] }.bytes
      }
      #expect(throws: NetlinkError.truncatedReply) { try ask() }
    }

    @Test func refusesAWrongLength() {
      for length: UInt32 in [0, 15, 29, 1 << 16, .max] {
        peer.answer { request in
          ReplyBytes(to: request) { $0.length = length }.bytes
        }
        #expect(throws: NetlinkError.truncatedReply, "\(length)") { try ask() }
      }
    }

    @Test func refusesAnAttributeLongerThanTheRest() {
      peer.answer { request in
        ReplyBytes(to: request) { $0.payload[4] = 9 }.bytes
      }
      #expect(throws: NetlinkError.truncatedReply) { try ask() }
    }

    @Test func refusesAnAttributeShorterThanItsType() {
      peer.answer { request in
        ReplyBytes(to: request) { $0.payload[4] = 6 }.bytes
      }
      #expect(throws: NetlinkError.truncatedReply) { try ask() }
    }

    @Test func refusesPartOfAnAttribute() {
      peer.answer { request in
        ReplyBytes(to: request) { $0.payload = [9, 1, 0, 0, 8, 0] }.bytes
      }
      #expect(throws: NetlinkError.truncatedReply) { try ask() }
    }

    @Test func refusesAnAnswerThatIsTooLong() {
      peer.answer { request in
        ReplyBytes(to: request) { $0.payload += Array(repeating: 0, count: 20_000) }.bytes
      }
      #expect(throws: NetlinkError.truncatedReply) { try ask() }
    }

    @Test func refusesAnotherSequenceNumber() {
      peer.answer { request in
        ReplyBytes(to: request) { $0.sequence &+= 1 }.bytes
      }
      #expect(throws: NetlinkError.unexpectedReply) { try ask() }
    }

    @Test func refusesAnotherType() {
      peer.answer { request in
        ReplyBytes(to: request) { $0.type += 1 }.bytes
      }
      #expect(throws: NetlinkError.unexpectedReply) { try ask() }
    }

    @Test func refusesAnotherSender() throws {
      peer.answer(from: try NetlinkPeer()) { ReplyBytes(to: $0).bytes }
      #expect(throws: NetlinkError.unexpectedReply) { try ask() }
    }

    @Test func refusesAnAcknowledgementInsteadOfAnAnswer() {
      peer.answer { ReplyBytes.error(0, to: $0).bytes }
      #expect(throws: NetlinkError.unexpectedReply) { try ask() }
    }

    @Test func keepsTheErrno() {
      for errno in [Errno.notPermitted, .noSuchFileOrDirectory, .invalidArgument, Errno(rawValue: 4095)] {
        peer.answer { ReplyBytes.error(errno.rawValue, to: $0).bytes }
        #expect(throws: NetlinkError.kernel(errno)) { try ask() }
        peer.answer { ReplyBytes.error(errno.rawValue, to: $0).bytes }
        #expect(throws: NetlinkError.kernel(errno)) { try tell() }
      }
    }

    @Test func refusesPartOfAnError() {
      peer.answer { request in
        var reply = ReplyBytes.error(1, to: request)
        reply.payload.removeLast(17)
        return reply.bytes
      }
      #expect(throws: NetlinkError.truncatedReply) { try ask() }
    }

    @Test func acceptsAnAcknowledgement() throws {
      peer.answer { ReplyBytes.error(0, to: $0).bytes }
      try tell()
    }

    @Test func refusesAnAnswerInsteadOfAnAcknowledgement() {
      peer.answer { ReplyBytes(to: $0).bytes }
      #expect(throws: NetlinkError.unexpectedReply) { try tell() }
    }

    private struct Answer: Equatable {
      let command: UInt8
      let value: UInt32?
    }

    private let family = Family(id: 0x123, version: 1)

    private func ask(within limit: Duration = .seconds(5)) throws -> Answer {
      let socket = try Socket(NETLINK_GENERIC, replyTimeout: limit, peer: peer.port)
      return try socket.reply(to: Request(to: family, command: 8)) { reply throws(NetlinkError) in
        Answer(command: reply.command, value: try reply.unsigned32(1))
      }
    }

    private func tell() throws {
      let socket = try Socket(NETLINK_GENERIC, replyTimeout: .seconds(5), peer: peer.port)
      try socket.acknowledge(Request(to: family, command: 8))
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

import CLibNL
import Dispatch
import SystemPackage
import TestSupport
import Testing

@testable import Netlink

/// Sockets that talk to another socket of the test instead of the kernel.
///
/// They use the netlink protocol for user programs, which needs no privilege.
@Suite struct PeerTests {
  private static let userProtocol = NETLINK_USERSOCK

  @Test(arguments: [1, 100] as [Int])
  func `a peer that never answers`(milliseconds: Int) throws {
    let peer = try UserSocket()
    let socket = try Socket(PeerTests.userProtocol, replyTimeout: .milliseconds(milliseconds), peer: peer.port)
    let duration = ContinuousClock().measure {
      #expect(throws: NetlinkError.timedOut) {
        try socket.acknowledge(Request(to: .ipvs, command: 12))
      }
    }
    #expect(duration >= .milliseconds(milliseconds))
  }

  @Test(arguments: [.zero, .nanoseconds(5), .seconds(-1)] as [Duration])
  func `no time at all is a short time, and not forever`(duration: Duration) throws {
    let peer = try UserSocket()
    let socket = try Socket(PeerTests.userProtocol, replyTimeout: duration, peer: peer.port)
    #expect(throws: NetlinkError.timedOut) { try socket.acknowledge(Request(to: .ipvs, command: 12)) }
  }

  @Test func `the reply timeout is the limit`() async throws {
    let peer = try UserSocket()
    // The time is taken on that thread, because this task may have to wait for other tests.
    let (answer, duration) = await onOwnThread {
      let start = ContinuousClock.now
      let answer = Result { () throws(NetlinkError) in
        let socket = try Socket(PeerTests.userProtocol, replyTimeout: .seconds(2), peer: peer.port)
        try socket.acknowledge(Request(to: .ipvs, command: 12))
      }
      return (answer, start.duration(to: .now))
    }.get()
    #expect(throws: NetlinkError.timedOut) { try answer.get() }
    #expect(duration >= .milliseconds(1900) && duration < .seconds(120))
  }

  @Test func `the request has a sequence number and leaves its port to the kernel`() throws {
    let peer = try UserSocket()
    let socket = try Socket(PeerTests.userProtocol, replyTimeout: .milliseconds(1), peer: peer.port)
    #expect(throws: NetlinkError.timedOut) { try socket.acknowledge(Request(to: .ipvs, command: 12)) }
    #expect(throws: NetlinkError.timedOut) {
      try socket.reply(to: Request(to: .ipvs, command: 13)) { reply throws(NetlinkError) in reply.command }
    }
    let change = try peer.receive().datagram
    let question = try peer.receive().datagram
    #expect(change[4..<8] == [0x1c, 0x00, 0x05, 0x00])  // nlmsg_type 28, nlmsg_flags NLM_F_REQUEST | NLM_F_ACK
    #expect(question[4..<8] == [0x1c, 0x00, 0x01, 0x00])  // nlmsg_type 28, nlmsg_flags NLM_F_REQUEST
    #expect(change[8..<12] != question[8..<12])  // nlmsg_seq
    for request in [change, question] {
      #expect(request[12..<16] == [0, 0, 0, 0])  // nlmsg_pid
    }
  }

  @Test func `a peer that answers`() throws {
    let answer = try ask(PeerTests.configReply) { reply throws(NetlinkError) in try reply.unsigned32(4) }
    #expect(answer == 900)
  }

  @Test func `a peer that acknowledges`() throws {
    try acknowledge(Captured.acknowledgement)
  }

  @Test func `a peer that answers instead of an acknowledgement`() {
    #expect(throws: NetlinkError.unexpectedReply) { try acknowledge(PeerTests.configReply) }
  }

  @Test func `a peer that acknowledges instead of an answer`() {
    #expect(throws: NetlinkError.unexpectedReply) {
      try ask(Captured.acknowledgement) { reply throws(NetlinkError) in reply.command }
    }
  }

  @Test func `a peer that refuses`() {
    #expect(throws: NetlinkError.kernel(.invalidArgument)) { try acknowledge(Captured.invalidArgument) }
  }

  @Test func `a sender that is not the peer`() throws {
    let peer = try UserSocket()
    let stranger = try UserSocket()
    let socket = try Socket(PeerTests.userProtocol, replyTimeout: .milliseconds(50), peer: peer.port)
    try stranger.send(Captured.acknowledgement, to: try PeerTests.port(of: socket, askingFirst: peer))
    #expect(throws: NetlinkError.unexpectedReply) { try socket.acknowledge(Request(to: .ipvs, command: 12)) }
  }

  @Test func `an answer that arrives too late is skipped`() throws {
    let peer = try UserSocket()
    let socket = try Socket(PeerTests.userProtocol, replyTimeout: .milliseconds(50), peer: peer.port)
    // Number 0 is before every number with which a socket begins.
    let port = try PeerTests.port(of: socket, askingFirst: peer)
    try peer.send(Captured.acknowledgement, to: port)
    try peer.send(Captured.invalidArgument, to: port)
    #expect(throws: NetlinkError.timedOut) { try socket.acknowledge(Request(to: .ipvs, command: 12)) }
  }

  @Test func `an answer to a future request`() throws {
    let peer = try UserSocket()
    let socket = try Socket(PeerTests.userProtocol, replyTimeout: .milliseconds(50), peer: peer.port)
    let early = Captured.acknowledgement.with(UInt32.max / 2 + 1, at: 8)
    try peer.send(early, to: try PeerTests.port(of: socket, askingFirst: peer))
    #expect(throws: NetlinkError.unexpectedReply) { try socket.acknowledge(Request(to: .ipvs, command: 12)) }
  }

  private static let configReply = Captured.configReply

  /// The port of a socket.
  ///
  /// It has one after it has sent something: here a request that gets no answer.
  private static func port(of socket: borrowing Socket, askingFirst peer: UserSocket) throws -> UInt32 {
    #expect(throws: NetlinkError.timedOut) { try socket.acknowledge(Request(to: .ipvs, command: 12)) }
    return try peer.receive().sender
  }

  private func acknowledge(_ answer: [UInt8]) throws {
    try withPeer(answering: answer) { socket in
      try socket.acknowledge(Request(to: .ipvs, command: 12))
    }
  }

  private func ask<Answer: Sendable>(
    _ answer: [UInt8], _ decode: (borrowing Reply) throws(NetlinkError) -> Answer
  ) throws -> Answer {
    try withPeer(answering: answer) { socket in
      try socket.reply(to: Request(to: .ipvs, command: 13), decode: decode)
    }
  }

  /// Asks a peer that sends this answer, with the sequence number of the request.
  private func withPeer<Result>(
    answering answer: [UInt8], _ ask: (borrowing Socket) throws -> Result
  ) throws -> Result {
    let peer = try UserSocket()
    let socket = try Socket(PeerTests.userProtocol, replyTimeout: .seconds(5), peer: peer.port)
    let answered = DispatchGroup()
    DispatchQueue.global().async(group: answered) {
      do {
        let (request, sender) = try peer.receive()
        try peer.send(answer.prefix(8) + request[8..<12] + answer.dropFirst(12), to: sender)
      } catch {
        Issue.record(error)
      }
    }
    defer { answered.wait() }
    return try ask(socket)
  }
}

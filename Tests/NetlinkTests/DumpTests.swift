// SPDX-License-Identifier: Apache-2.0

import CLibNL
import SystemPackage
import Testing

@testable import Netlink

/// Answers in many messages, from another socket of the test instead of the kernel.
@Suite struct DumpTests {
  @Test func `records arrive one after another, in one datagram or several`() throws {
    let both = CapturedDump.listener + CapturedDump.timeWait
    let listener = Array(CapturedDump.listener[16..<20])
    let timeWait = Array(CapturedDump.timeWait[16..<20])
    #expect(try records([both + CapturedDump.done]) == [listener, timeWait])
    #expect(try records([both, both, CapturedDump.done]) == [listener, timeWait, listener, timeWait])
    #expect(try records([CapturedDump.done]) == [])
  }

  @Test func `each message is padded, except the last of a datagram`() throws {
    // struct nlmsghdr, length 21, with five bytes after it
    let odd = CapturedDump.timeWait.with(21 as UInt32, at: 0)
    #expect(try records([Array(odd[..<24]) + CapturedDump.listener, Array(odd[..<21]), CapturedDump.done]).count == 3)
  }

  @Test func `requests all records, with the given type and structure`() throws {
    let peer = try UserSocket()
    let socket = try Socket(NETLINK_USERSOCK, replyTimeout: .milliseconds(1), peer: peer.port)
    var dump = try socket.dump(Request(20, (UInt32(0x0102_0304), UInt16(0x0506))))
    #expect(throws: NetlinkError.timedOut) { try dump.next(as: UInt32.self) }
    let request = try peer.receive().datagram
    #expect(request[0..<4] == [0x18, 0x00, 0x00, 0x00])  // nlmsg_len 24
    #expect(request[4..<8] == [0x14, 0x00, 0x01, 0x03])  // nlmsg_type 20, nlmsg_flags NLM_F_REQUEST | NLM_F_DUMP
    #expect(request[16..<24] == [0x04, 0x03, 0x02, 0x01, 0x06, 0x05, 0x00, 0x00])  // with padding
  }

  @Test func `a refusal keeps the errno of the kernel`() {
    #expect(throws: NetlinkError.kernel(.noSuchFileOrDirectory)) { try records([Captured.noSuchFamily]) }
    #expect(throws: NetlinkError.kernel(.notPermitted)) {
      try records([CapturedDump.listener, Captured.notPermitted])
    }
  }

  @Test func `a failure during the dump keeps its errno`() {
    let failed = CapturedDump.done.with(-12 as Int32, at: 16)
    #expect(throws: NetlinkError.kernel(.noMemory)) { try records([CapturedDump.listener, failed]) }
  }

  @Test func `a change during a dump is reported`() throws {
    let interrupted = CapturedDump.timeWait.with(0x12 as UInt16, at: 6)  // NLM_F_MULTI | NLM_F_DUMP_INTR
    #expect(try isInterrupted([CapturedDump.listener + CapturedDump.timeWait + CapturedDump.done]) == false)
    #expect(try isInterrupted([CapturedDump.listener + interrupted, CapturedDump.listener + CapturedDump.done]))
    #expect(try isInterrupted([CapturedDump.done.with(0x12 as UInt16, at: 6)]))
  }

  @Test(
    arguments: [
      CapturedDump.listener.dropLast(),  // less than it says
      CapturedDump.listener + CapturedDump.timeWait.dropLast(),
      CapturedDump.listener + [0x10, 0x00],  // no whole header
      CapturedDump.listener.with(15 as UInt32, at: 0),  // says less than its own header
      CapturedDump.listener.with(19 as UInt32, at: 0),  // less than the record
      Array(CapturedDump.done.with(16 as UInt32, at: 0)[..<16]),  // an end without its error
    ] as [[UInt8]])
  func `a message cut short`(datagram: [UInt8]) {
    #expect(throws: NetlinkError.truncatedReply) { try records([datagram]) }
  }

  @Test func `a datagram larger than the buffer`() {
    let many = Array(repeating: CapturedDump.listener, count: 257).flatMap(\.self)
    #expect(throws: NetlinkError.truncatedReply) { try records([many]) }
  }

  @Test func `a datagram as large as the buffer`() throws {
    let many = Array(repeating: CapturedDump.listener, count: 256).flatMap(\.self)
    #expect(try records([many, CapturedDump.done]).count == 256)
  }

  @Test(arguments: [
    CapturedDump.listener.with(21 as UInt16, at: 4), CapturedDump.listener.with(1 as UInt16, at: 4),
    Captured.acknowledgement,
  ])
  func `a message of another kind`(datagram: [UInt8]) {
    #expect(throws: NetlinkError.unexpectedReply) { try records([datagram]) }
  }

  @Test func `a message that answers something else`() {
    #expect(throws: NetlinkError.unexpectedReply) {
      try withDump([CapturedDump.listener.with(UInt32.max / 2, at: 8)], isNumbered: false) {
        dump throws(NetlinkError) in
        try dump.next(as: UInt32.self)
      }
    }
  }

  @Test func `an end that never arrives`() {
    #expect(throws: NetlinkError.timedOut) { try records([CapturedDump.listener], within: .milliseconds(20)) }
  }

  @Test func `after its end, or a failure, there are no more records`() throws {
    let left = try withDump([CapturedDump.done + CapturedDump.listener]) { dump throws(NetlinkError) in
      (try dump.next(as: UInt32.self), try dump.next(as: UInt32.self))
    }
    #expect(left.0 == nil && left.1 == nil)
    let failed = try withDump([Captured.notPermitted, CapturedDump.listener]) { dump throws(NetlinkError) in
      #expect(throws: NetlinkError.kernel(.notPermitted)) { try dump.next(as: UInt32.self) }
      return try dump.next(as: UInt32.self)
    }
    #expect(failed == nil)
  }

  @Test func `the running kernel lists all its families`() throws {
    var dump = try Socket().dump(Request(to: .controller, command: UInt8(CTRL_CMD_GETFAMILY)))
    var commands: [UInt8] = []
    while let header = try dump.next(as: genlmsghdr.self) { commands.append(header.cmd) }
    #expect(!commands.isEmpty && commands.allSatisfy { $0 == CTRL_CMD_NEWFAMILY })
    let isInterrupted = dump.isInterrupted
    #expect(!isInterrupted)
  }

  /// The first four bytes of each record.
  private func records(_ datagrams: [[UInt8]], within limit: Duration = .seconds(5)) throws -> [[UInt8]] {
    try withDump(datagrams, within: limit) { dump throws(NetlinkError) in
      var records: [[UInt8]] = []
      while let record = try dump.next(as: UInt32.self) { records.append(withUnsafeBytes(of: record, Array.init)) }
      return records
    }
  }

  private func isInterrupted(_ datagrams: [[UInt8]]) throws -> Bool {
    try withDump(datagrams) { dump throws(NetlinkError) in
      while try dump.next(as: UInt32.self) != nil {}
      return dump.isInterrupted
    }
  }

  /// Runs a body with a dump that a peer answers with these datagrams.
  ///
  /// Their messages get the number of the request, unless they should keep their own.
  private func withDump<Result>(
    _ datagrams: [[UInt8]], within limit: Duration = .seconds(5), isNumbered: Bool = true,
    _ body: (inout Dump) throws(NetlinkError) -> Result
  ) throws -> Result {
    let peer = try UserSocket()
    let socket = try Socket(NETLINK_USERSOCK, replyTimeout: limit, peer: peer.port)
    var dump = try socket.dump(Request(20, UInt32(0)))
    let (request, sender) = try peer.receive()
    for datagram in datagrams {
      try peer.send(isNumbered ? datagram.numbered(request[8..<12]) : datagram, to: sender)
    }
    return try body(&dump)
  }
}

extension [UInt8] {
  /// The same messages with another sequence number.
  fileprivate func numbered(_ number: ArraySlice<UInt8>) -> [UInt8] {
    var result = self
    var start = 0
    while start + 16 <= count {
      result.replaceSubrange(start + 8..<start + 12, with: number)
      let length = result[start..<start + 4].reversed().reduce(0) { $0 << 8 | Int($1) }
      start += Swift.max((length + 3) & ~3, 16)
    }
    return result
  }
}

// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import IPVS

/// Sync messages, byte for byte, as `ip_vs_process_message` in the kernel's `ip_vs_sync.c` reads them.
@Suite struct SyncMessageTests {
  private static let six = "[2001:db8::2]:40001"
  private static let sixService = "[2001:db8::100]:80"
  private static let sixServer = "[2001:db8:2::2]:8080"

  private func entry(
    _ transport: Connection.Transport, _ state: Connection.State, client: String = "192.0.2.2:40001",
    service: String = "192.0.2.100:80", server: String = "198.51.100.2:8080"
  ) throws -> SyncMessage.Entry? {
    SyncMessage.Entry(try .example(transport, state, 899, client: client, service: service, server: server))
  }

  private func datagram(_ message: inout SyncMessage) -> [UInt8] { Array(message.datagram()) }

  @Test func `a message has a header, and the entry of an IPv4 connection`() throws {
    var message = SyncMessage(syncID: 0xAB)
    message.append(try #require(try entry(.tcp, .established)), seconds: 0)
    let bytes = datagram(&message)
    #expect(
      bytes == [
        // struct ip_vs_sync_mesg
        0x00, 0xAB,  // reserved, syncid
        0x00, 0x2C,  // size 44
        0x01, 0x01,  // nr_conns 1, version 1
        0x00, 0x00,  // spare
        // struct ip_vs_sync_v4
        0x00, 0x06,  // type, protocol TCP
        0x00, 0x24,  // version 0, size 36
        0x00, 0x00, 0x00, 0x00,  // flags
        0x00, 0x01,  // state IP_VS_TCP_S_ESTABLISHED
        0x9C, 0x41, 0x00, 0x50, 0x1F, 0x90,  // cport 40001, vport 80, dport 8080
        0x00, 0x00, 0x00, 0x00,  // fwmark
        0x00, 0x00, 0x00, 0x00,  // timeout: that of the state
        0xC0, 0x00, 0x02, 0x02,  // caddr
        0xC0, 0x00, 0x02, 0x64,  // vaddr
        0xC6, 0x33, 0x64, 0x02,  // daddr
      ])
  }

  @Test func `an IPv6 connection has a longer entry`() throws {
    var message = SyncMessage(syncID: 1)
    let entry = try entry(.tcp, .established, client: Self.six, service: Self.sixService, server: Self.sixServer)
    message.append(try #require(entry), seconds: 0x0102_0304)
    let bytes = datagram(&message)
    #expect(
      bytes == [
        // struct ip_vs_sync_mesg
        0x00, 0x01, 0x00, 0x50, 0x01, 0x01, 0x00, 0x00,
        // struct ip_vs_sync_v6
        0x01, 0x06,  // type STYPE_F_INET6, protocol TCP
        0x00, 0x48,  // version 0, size 72
        0x00, 0x00, 0x00, 0x00,  // flags
        0x00, 0x01,  // state
        0x9C, 0x41, 0x00, 0x50, 0x1F, 0x90,  // cport 40001, vport 80, dport 8080
        0x00, 0x00, 0x00, 0x00,  // fwmark
        0x01, 0x02, 0x03, 0x04,  // timeout
        0x20, 0x01, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x00, 0x02,  // caddr
        0x20, 0x01, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01, 0x00,  // vaddr
        0x20, 0x01, 0x0D, 0xB8, 0x00, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0x00, 0x02,  // daddr
      ])
  }

  /// The real server's counters follow the flag IP_VS_CONN_F_INACTIVE, 0x100.
  @Test(
    arguments: [
      (.tcp, .established, 6, 1, 0), (.tcp, .finWait, 6, 4, 0x100), (.udp, .udp, 17, 0, 0x100),
    ] as [(Connection.Transport, Connection.State, UInt8, UInt16, UInt32)])
  func `an entry has the number of its state, and its real server counts as before`(
    transport: Connection.Transport, state: Connection.State, protocolNumber: UInt8, number: UInt16, flags: UInt32
  ) throws {
    let entry = try #require(try entry(transport, state))
    #expect(entry.protocolNumber == protocolNumber)
    #expect(entry.state == number)
    #expect(entry.flags == flags)
    var message = SyncMessage(syncID: 1)
    message.append(entry, seconds: 60)
    let bytes = datagram(&message)
    #expect(bytes[9] == protocolNumber)
    #expect(Array(bytes[12..<18]) == [0, 0, UInt8(flags >> 8), 0, 0, UInt8(number)])
    #expect(Array(bytes[28..<32]) == [0, 0, 0, 60])
  }

  @Test(arguments: Connection.State.known)
  func `a state that no timeout governs has no entry`(state: Connection.State) throws {
    for transport in [.tcp, .udp, .sctp, .any, .init(rawValue: "ESP")] as [Connection.Transport] {
      let hasEntry = try entry(transport, state) != nil
      let isGoverned =
        (transport == .tcp && [.established, .finWait].contains(state)) || (transport, state) == (.udp, .udp)
      #expect(hasEntry == isGoverned, "\(transport) \(state)")
    }
  }

  @Test(
    arguments: [
      ("192.0.2.2:1", "192.0.2.100:80", sixServer), (six, sixService, "198.51.100.2:8080"),
    ])
  func `a real server of another address family has no entry`(client: String, service: String, server: String) throws {
    #expect(try entry(.udp, .udp, client: client, service: service, server: server) == nil)
  }

  @Test func `several entries follow each other, of both address families`() throws {
    let four = try #require(try entry(.tcp, .finWait))
    let six = try #require(
      try entry(.udp, .udp, client: Self.six, service: Self.sixService, server: Self.sixServer))
    var single = [SyncMessage(syncID: 9).bytes(of: four), SyncMessage(syncID: 9).bytes(of: six)]
    single.append(single[0])
    var message = SyncMessage(syncID: 9)
    for entry in [four, six, four] { message.append(entry, seconds: 7) }
    let count = message.count
    #expect(count == 3)
    let bytes = datagram(&message)
    #expect(
      bytes == [0x00, 0x09, 0x00, UInt8(8 + 36 + 72 + 36), 0x03, 0x01, 0x00, 0x00] + single.flatMap { $0.dropFirst(8) })
  }

  @Test func `a full message has room for no further entry, and fits in its buffer`() throws {
    let four = try #require(try entry(.tcp, .established))
    let six = try #require(
      try entry(.tcp, .established, client: Self.six, service: Self.sixService, server: Self.sixServer))
    for (entry, most, size) in [(four, 254, 9152), (six, 127, 9152)] {
      var message = SyncMessage(syncID: 1)
      while !message.isFull { message.append(entry, seconds: 0) }
      let count = Int(message.count)
      #expect(count == most)
      let bytes = datagram(&message)
      #expect(bytes.count == size && bytes.count <= SyncMessage.capacity)
      #expect(Int(bytes[2]) << 8 | Int(bytes[3]) == size)
      #expect(Int(bytes[4]) == most)
    }
  }

  @Test func `an emptied message is as new, and keeps its sync ID`() throws {
    var message = SyncMessage(syncID: 200)
    var isEmpty = [message.isEmpty]
    let entry = try #require(try entry(.udp, .udp))
    message.append(entry, seconds: 5)
    isEmpty.append(message.isEmpty)
    let first = datagram(&message)
    // Reading it changes nothing.
    let second = datagram(&message)
    #expect(second == first)
    message.removeAll()
    isEmpty.append(message.isEmpty)
    #expect(isEmpty == [true, false, true])
    let empty = datagram(&message)
    #expect(empty == [0x00, 200, 0x00, 0x08, 0x00, 0x01, 0x00, 0x00])
    message.append(entry, seconds: 5)
    let third = datagram(&message)
    #expect(third == first)
  }
}

extension SyncMessage {
  /// The message with this entry alone.
  fileprivate consuming func bytes(of entry: Entry) -> [UInt8] {
    var message = self
    message.append(entry, seconds: 7)
    return Array(message.datagram())
  }
}

// SPDX-License-Identifier: Apache-2.0

import IPVS
import Testing

@testable import Doctor

@Suite struct SocketCensusTests {
  private static let ports = EphemeralPorts(range: "32768 60999", reserved: nil)

  @Test func `counts the states of each service, here and elsewhere`() throws {
    var census = try census(listeningAt: "0.0.0.0:80")
    try census.add(socket("192.0.2.1:80", "198.51.100.1:1025", .established))
    try census.add(socket("192.0.2.2:80", "198.51.100.2:1025", .finWait2))
    try census.add(socket("192.0.2.1:80", "198.51.100.3:1025", .established))
    try census.add(socket("192.0.2.1:40001", "198.51.100.9:3306", .timeWait))
    let (local, remote) = (try endpoint("192.0.2.1:40002"), try endpoint("198.51.100.9:3306"))
    census.add(HostSocket(.closeWait, local: local, remote: remote, inode: 7))
    #expect(
      census.services == [
        SocketService(try name("0.0.0.0:80", isLocal: true), counts([.established: 2, .finWait2: 1])),
        SocketService(
          try name("198.51.100.9:3306"), counts([.timeWait: 1, .closeWait: 1]),
          sources: [SocketService.Source(try address("192.0.2.1"), open: 1, timeWait: 1)]),
      ])
    #expect(census.rest == SocketCounts() && census.missed == 0)
  }

  @Test func `an address here has the ports for itself, and only ephemeral ones are counted`() throws {
    var census = try census()
    try census.add(socket("192.0.2.1:40001", "198.51.100.9:22", .timeWait))
    try census.add(socket("192.0.2.2:40001", "198.51.100.9:22", .established))
    try census.add(socket("192.0.2.2:40002", "198.51.100.9:22", .timeWait))
    try census.add(socket("192.0.2.2:1000", "198.51.100.9:22", .established))
    #expect(
      census.services == [
        SocketService(
          try name("198.51.100.9:22"), counts([.established: 2, .timeWait: 2]),
          sources: [
            SocketService.Source(try address("192.0.2.2"), open: 1, timeWait: 1),
            SocketService.Source(try address("192.0.2.1"), open: 0, timeWait: 1),
          ])
      ])
  }

  @Test func `connecting sockets use ports, and unaccepted ones are counted by themselves`() throws {
    var census = try census(listeningAt: "0.0.0.0:80")
    try census.add(socket("192.0.2.1:40001", "198.51.100.9:22", .synSent))
    try census.add(socket("192.0.2.1:80", "198.51.100.9:1025", .closeWait))
    let (local, remote) = (try endpoint("192.0.2.1:80"), try endpoint("198.51.100.9:1026"))
    census.add(HostSocket(.closeWait, local: local, remote: remote, inode: 7))
    let services = census.services
    #expect(services.map(\.counts.unaccepted) == [1, 0])
    #expect(services.map { $0.counts[.closeWait] } == [2, 0])
    #expect(
      services.last?.sources == [SocketService.Source(try address("192.0.2.1"), open: 0, synSent: 1, timeWait: 0)])
  }

  @Test(
    arguments: [
      ("127.0.0.1:40001", "127.0.0.2:3306", true), ("[::1]:40001", "[::1]:3306", true),
      ("192.0.2.1:40001", "192.0.2.1:3306", true), ("192.0.2.1:40001", "192.0.2.2:3306", false),
    ])
  func `a service of this host's is known by its address`(local: String, remote: String, isHere: Bool) throws {
    var census = try census()
    try census.add(socket(local, remote))
    #expect(census.services.map(\.isOnThisHost) == [isHere])
    #expect(census.services.map(\.name.isLocal) == [false])
  }

  @Test func `a million clients are one service`() throws {
    var census = try census(listeningAt: "[::]:443")
    let local = try endpoint("192.0.2.1:443")
    for number in 0..<UInt32(1_000_000) {
      census.add(
        HostSocket(
          .timeWait, local: local,
          remote: Endpoint(InternetAddress(ipv4: number), port: UInt16(truncatingIfNeeded: number))))
    }
    #expect(census.services == [SocketService(try name("[::]:443", isLocal: true), counts([.timeWait: 1_000_000]))])
    #expect(census.rest.total == 0)
  }

  @Test func `of more services than are kept the large ones stay, and none of their sockets is lost`() throws {
    var census = SocketCensus(by: ServiceRule(Listeners(), SocketCensusTests.ports), capacity: 100)
    let source = try address("192.0.2.1")
    let large = try endpoint("198.51.100.9:3306")
    let number = 100_000
    for port in 0..<number {
      let small = Endpoint(InternetAddress(ipv4: 0x0A00_0000 + UInt32(port)), port: 80)
      let local = Endpoint(source, port: 40_000)
      census.add(HostSocket(.established, local: local, remote: small))
      if port.isMultiple(of: 10) { census.add(HostSocket(.timeWait, local: local, remote: large)) }
    }
    let services = census.services
    #expect(services.count <= 100)
    #expect(services.first?.name == SocketService.Name(large, isLocal: false))
    let found = try #require(services.first).counts[.timeWait]
    #expect(found <= number / 10 && found >= number / 10 - census.missed)
    #expect(census.missed <= number / 50)
    #expect(services.reduce(0) { $0 + $1.counts.total } + census.rest.total == number + number / 10)
  }

  @Test func `services of the same size are in the order of their addresses`() throws {
    var census = try census()
    for remote in ["198.51.100.2:80", "198.51.100.1:443", "198.51.100.1:80"] {
      try census.add(socket("192.0.2.1:40000", remote))
    }
    #expect(
      census.services.map(\.name.endpoint.description) == ["198.51.100.1:80", "198.51.100.1:443", "198.51.100.2:80"])
  }

  private func census(listeningAt listeners: String...) throws -> SocketCensus {
    var known = Listeners()
    for listener in listeners { known.add(try endpoint(listener)) }
    return SocketCensus(by: ServiceRule(known, SocketCensusTests.ports))
  }

  private func name(_ text: String, isLocal: Bool = false) throws -> SocketService.Name {
    SocketService.Name(try endpoint(text), isLocal: isLocal)
  }

  private func address(_ text: String) throws -> InternetAddress { try #require(InternetAddress(parsing: text)) }

  private func counts(_ numbers: [HostSocket.State: Int]) -> SocketCounts {
    numbers.reduce(into: SocketCounts()) { $0[$1.key] = $1.value }
  }
}

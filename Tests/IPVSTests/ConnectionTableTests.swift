// SPDX-License-Identifier: Apache-2.0

import Glibc
import SystemPackage
import Testing

@testable import IPVS

/// Lines of the kernel's table, captured and malformed.
///
/// The addresses are from the documentation ranges.
@Suite struct ConnectionTableTests {
  private static let plain = "Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData\n"
  private static let withOrigin = "Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Origin Expires\n"

  @Test func `reads connections of each address family, and of both`() throws {
    let six = "2001:0db8:0001:0000:0000:0000:0000:0002"
    let vip = "2001:0db8:0001:0000:0000:0000:0000:0100"
    #expect(
      try read(
        """
        \(Self.plain)TCP C0000202 9C41 C0000264 0050 C6336402 1F90 ESTABLISHED     899
        TCP \(six) 9C4B \(vip) 0050 2001:0db8:0002:0000:0000:0000:0000:0002 1F90 FIN_WAIT         29
        UDP \(six) 9C4C \(vip) 0035 C6336402 14E9 UDP            299

        """
      ) == [
        "TCP 192.0.2.2:40001 192.0.2.100:80 198.51.100.2:8080 ESTABLISHED 899",
        "TCP [2001:db8:1::2]:40011 [2001:db8:1::100]:80 [2001:db8:2::2]:8080 FIN_WAIT 29",
        "UDP [2001:db8:1::2]:40012 [2001:db8:1::100]:53 198.51.100.2:5353 UDP 299",
      ])
  }

  @Test func `reads the director that created an entry, if it is listed`() throws {
    #expect(
      try read(
        """
        \(Self.withOrigin)TCP C0000202 9C41 C0000264 0050 C6336402 1F90 ESTABLISHED SYNC       899
        TCP C0000202 9C42 C0000264 0050 C6336402 1F90 TIME_WAIT   LOCAL      119

        """
      ) == [
        "TCP 192.0.2.2:40001 192.0.2.100:80 198.51.100.2:8080 ESTABLISHED 899 sync",
        "TCP 192.0.2.2:40002 192.0.2.100:80 198.51.100.2:8080 TIME_WAIT 119 local",
      ])
  }

  @Test func `skips columns of persistence engines and of newer kernels`() throws {
    #expect(
      try read(Self.plain + "UDP C0000202 0000 C0000264 13C4 C6336402 13C4 ASSURED         359 sip 1234@192.0.2.2 x\n")
        == ["UDP 192.0.2.2:0 192.0.2.100:5060 198.51.100.2:5060 ASSURED 359 template"])
  }

  @Test func `recognises templates, also of firewall marks`() throws {
    #expect(
      try read(
        """
        \(Self.plain)TCP C0000200 0000 C0000264 01BB C6336402 20FB NONE            360
        IP  C0000200 0000 00000007 0000 C6336402 0000 NONE             99
        TCP C0000202 0000 C0000264 0014 C6336402 0014 LISTEN          119
        TCP C0000202 9C41 C0000264 0050 C6336402 1F90 NONE              1

        """
      ) == [
        "TCP 192.0.2.0:0 192.0.2.100:443 198.51.100.2:8443 NONE 360 template",
        "IP 192.0.2.0:0 0.0.0.7:0 198.51.100.2:0 NONE 99 template",
        "TCP 192.0.2.2:0 192.0.2.100:20 198.51.100.2:20 LISTEN 119",
        "TCP 192.0.2.2:40001 192.0.2.100:80 198.51.100.2:8080 NONE 1",
      ])
  }

  /// The longest timer is 21 474 836 s, the limit at HZ = 100.
  ///
  /// A larger number has wrapped around.
  @Test(
    arguments: [
      ("0", 0), ("21474836", 21_474_836), ("21474837", 0), ("4294967", 4_294_967), ("42949672", 0),
      ("18446744073709551", 0), ("99999999999999999999", 0), ("18446744073709551619", 0),
    ] as [(String, UInt32)])
  func `reads a time that has wrapped around as 0`(expires: String, seconds: UInt32) throws {
    let line = "TCP C0000202 9C41 C0000264 0050 C6336402 1F90 ESTABLISHED \(expires)\n"
    #expect(try read(Self.plain + line).map { $0.split(separator: " ").last } == ["\(seconds)"])
  }

  @Test func `accepts fields of any width and any number of blanks`() throws {
    #expect(
      try read(
        Self.plain + "  TCP   c0000202  9c41 C0000264   0050 C6336402 1F90   ESTABLISHED   LOCAL 00000899   \n"
          + "TCP C0000202 9C41 2001:0DB8:0002:0000:0000:0000:0000:0002 0050 C6336402 1F90 X 1 ABCDEF01 1F90\n")
        == [
          "TCP 192.0.2.2:40001 192.0.2.100:80 198.51.100.2:8080 ESTABLISHED 899 local",
          "TCP 192.0.2.2:40001 [2001:db8:2::2]:80 198.51.100.2:8080 X 1",
        ])
  }

  @Test func `keeps unknown names`() throws {
    #expect(
      try read(
        Self.plain + "SCTP C0000202 9C41 C0000264 0050 C6336402 1F90 S-ACK-SENT 7\n"
          + "IP_99 C0000202 0001 C0000264 0002 C6336402 0003 ERR! 8\n")
        == [
          "SCTP 192.0.2.2:40001 192.0.2.100:80 198.51.100.2:8080 S-ACK-SENT 7",
          "IP_99 192.0.2.2:1 192.0.2.100:2 198.51.100.2:3 ERR! 8",
        ])
  }

  @Test(arguments: [
    "", " ", "TCP", "TCP C0000202 9C41 C0000264 0050 C6336402 1F90 ESTABLISHED",
    "TCP C0000202 9C41 C0000264 0050 C6336402 1F90 ESTABLISHED -1",
    "TCP C0000202 9C41 C0000264 0050 C6336402 1F90 ESTABLISHED 12x",
    "TCP C0000202 9C41 C0000264 0050 C6336402 1F90 ESTABLISHED OTHER 12",
    "TCP C000020 9C41 C0000264 0050 C6336402 1F90 ESTABLISHED 12",
    "TCP C000020G 9C41 C0000264 0050 C6336402 1F90 ESTABLISHED 12",
    "TCP C0000202 9C4 C0000264 0050 C6336402 1F90 ESTABLISHED 12",
    "TCP C0000202 9C410 C0000264 0050 C6336402 1F90 ESTABLISHED 12",
    "TCP C00002020 9C41 C0000264 0050 C6336402 1F90 ESTABLISHED 12",
    "TCP C0000202 9C41 C0000264 0050 C6336402 1F90", "TCP C0000202 9C41", "TCP C0000202", "TCP C00002",
    "TCP C0000202 9C41 C0000264 0050 C6336402 1F90 ESTABLISHED 12\t", "\u{C0}",
    "TCP 2001:0db8:0001:0000:0000:0000:0000-0002 9C41 C0000264 0050 C6336402 1F90 ESTABLISHED 12",
    "TCP 2001:db8::2 9C41 C0000264 0050 C6336402 1F90 ESTABLISHED 12",
  ])
  func `refuses a line that is not a connection`(line: String) throws {
    let error = try #require(throws: IPVSError.self) { try read(Self.plain + line + "\n") }
    #expect(error == IPVSError(.unexpectedReply, .readConnections, detail: line))
  }

  @Test func `skips a last line that is cut off anywhere`() throws {
    let line = "TCP C0000202 9C41 C0000264 0050 C6336402 1F90 ESTABLISHED     "
    #expect(try read(Self.plain + line + "899\n" + line + "8").count == 1)
    #expect(try read(Self.plain).isEmpty)
    #expect(try read("").isEmpty)
  }

  @Test func `reads lines of any length up to its buffer, wherever a read ends`() throws {
    let line = "TCP C0000202 9C41 C0000264 0050 C6336402 1F90 ESTABLISHED 12"
    let long = line + String(repeating: " ", count: 60_000) + "x\n"
    #expect(try read(Self.plain + long + line + "\n" + long).count == 3)
    let error = try #require(throws: IPVSError.self) {
      try read(Self.plain + line + String(repeating: "x", count: 70_000) + "\n")
    }
    #expect(error == IPVSError(.refused, .readConnections, errno: .overflow))
    // 5000 lines of 61 bytes, so that reads end at every part of a line.
    #expect(try read(Self.plain + String(repeating: line + "\n", count: 5_000)).count == 5_000)
  }

  /// The connections in a table with this text.
  private func read(_ text: String) throws -> [String] {
    let file = try #require(tmpfile())
    defer { fclose(file) }
    try #require(fputs(text, file) >= 0)
    rewind(file)
    var table = ConnectionTable(dup(fileno(file)), in: .current)
    var found: [String] = []
    while let next = try table.next() {
      var words = [
        next.transport.rawValue, "\(next.client)", "\(next.service)", "\(next.server)", next.state.rawValue,
        "\(next.secondsLeft)",
      ]
      if let origin = next.origin { words.append("\(origin)") }
      if next.isTemplate { words.append("template") }
      found.append(words.joined(separator: " "))
    }
    return found
  }
}

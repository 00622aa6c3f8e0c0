// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

/// An entry of the connection table, as the kernel prints it.
struct RenewalEntry: Hashable {
  let transport: String
  /// The client's port, which tells the connections of a test apart.
  let port: Int
  let state: String
  /// `LOCAL`, or `SYNC` for an entry from a sync daemon.
  let origin: String
  let secondsLeft: Int

  /// The entries of a table as the kernel prints it, sorted by the client's port.
  static func all(in table: String) throws -> [RenewalEntry] {
    try table.split(separator: "\n").dropFirst().map { line in
      let cells = line.split(separator: " ").map(String.init)
      try #require(cells.count == 10 || cells.count == 9, "\(line)")
      return RenewalEntry(
        transport: cells[0], port: try #require(Int(cells[2], radix: 16)), state: cells[7], origin: cells[8],
        secondsLeft: try #require(cells.last.flatMap { Int($0) }))
    }.sorted { $0.port < $1.port }
  }
}

extension Namespace {
  /// The connection table, sorted by the client's port.
  func entries() async throws -> [RenewalEntry] {
    try RenewalEntry.all(in: try await Guest.output(entering + ["cat", "/proc/net/ip_vs_conn_sync"]))
  }

  /// The seconds that each connection has left, by the client's port.
  func timers() async throws -> [Int: Int] {
    Dictionary(try await entries().map { ($0.port, $0.secondsLeft) }, uniquingKeysWith: min)
  }

  /// Expects the timer of each connection in a range, and no other connections.
  func expectTimers(_ expected: [Int: ClosedRange<Int>], sourceLocation: SourceLocation = #_sourceLocation)
    async throws
  {
    let timers = try await timers()
    #expect(timers.keys.sorted() == expected.keys.sorted(), sourceLocation: sourceLocation)
    for (port, range) in expected.sorted(by: { $0.key < $1.key }) {
      let left = timers[port] ?? -1
      #expect(range.contains(left), "port \(port): \(left) s left", sourceLocation: sourceLocation)
    }
  }

  /// The real servers with their active and inactive connections.
  func serverCounters() async throws -> [String] {
    try await servers([]).map { $0.joined(separator: " ") }
  }

  /// The number of connections that each real server has had.
  ///
  /// The kernel counts them every two seconds.
  func connectionTotals() async throws -> [Int] {
    try await servers(["--stats", "--exact"]).map { try #require(Int($0[2])) }
  }

  /// The cells of ipvsadm's table for each real server.
  private func servers(_ options: [String]) async throws -> [[Substring]] {
    let lines = try await Guest.output(entering + [Guest.ipvsadm, "-Ln"] + options).split(separator: "\n")
    return lines.dropFirst(3).filter { $0.hasPrefix("  ->") }.map { $0.split(separator: " ") }
  }

  /// Expects that no backup daemon runs, and that no record of a renewal is left.
  func expectNoDaemon(_ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation) async throws {
    let daemons = try await daemons()
    #expect(!daemons.contains("backup"), comment, sourceLocation: sourceLocation)
    expect(try await records(), equals: "", comment, sourceLocation: sourceLocation)
  }

  /// The names of the records of trials and renewals.
  func records() async throws -> String { try await Guest.run(["ls", "-A", "/run/ipvs-timeout/trials"]).stdout }

  /// The sync daemons, as the real ipvsadm lists them.
  func daemons() async throws -> String { try await Guest.output(entering + [Guest.ipvsadm, "-L", "--daemon"]) }
}

/// Connections from a sync daemon that the test starts and stops.
///
/// When the daemon has stopped, they belong to this director.
struct RenewalTable {
  /// A connection in a message of the sync protocol.
  struct Row {
    /// The protocol, the state and the flag for inactive connections in the sync protocol.
    enum State {
      case established, finWait, timeWait, udp

      fileprivate var code: (transport: UInt8, state: UInt16, flags: UInt32) {
        switch self {
        case .established: (6, 1, 0)
        case .finWait: (6, 4, 0x100)
        case .timeWait: (6, 5, 0x100)
        case .udp: (17, 0, 0x100)
        }
      }
    }

    var state = State.established
    var port: UInt16
    var seconds: UInt32
    var client = "192.0.2.2"
    var service = ("192.0.2.100", 80 as UInt16)
    var server = ("198.51.100.2", 8080 as UInt16)

    fileprivate func bytes() throws -> [UInt8] {
      let (transport, state, flags) = state.code
      let isIPv6 = client.contains(":")
      var bytes: [UInt8] = [isIPv6 ? 1 : 0, transport]
      func append(_ value: some FixedWidthInteger) { withUnsafeBytes(of: value.bigEndian) { bytes += $0 } }
      func append(_ address: String) throws {
        var parsed = in6_addr()
        try #require(inet_pton(isIPv6 ? AF_INET6 : AF_INET, address, &parsed) == 1)
        withUnsafeBytes(of: parsed) { bytes += $0.prefix(isIPv6 ? 16 : 4) }
      }
      append(UInt16(isIPv6 ? 72 : 36))
      append(flags)
      append(state)
      append(port)
      append(service.1)
      append(server.1)
      append(0 as UInt32)
      append(seconds)
      try append(client)
      try append(service.0)
      try append(server.0)
      return bytes
    }
  }

  /// One connection in each state that a timeout governs, on the default timers: at the ports 1, 2 and 3.
  ///
  /// The one at port 4 is in a fixed state.
  static let defaults = [
    Row(port: 1, seconds: 890), Row(state: .finWait, port: 2, seconds: 110),
    Row(state: .udp, port: 3, seconds: 290, service: ("192.0.2.100", 53)),
    Row(state: .timeWait, port: 4, seconds: 100),
  ]

  /// Adds connections, and leaves them to this director.
  static func fill(_ rows: [Row] = defaults, in netns: Namespace) async throws {
    let daemon = try await SyncedConnection.Daemon(in: netns)
    let sender = try LabSocket(in: netns, at: "127.0.0.1", 0, isStream: false)
    let messages = try messages(rows)
    let before = Set(try await netns.entries().map { "\($0.transport) \($0.port)" })
    for message in messages { try sender.sends(message, toGroup: "224.0.0.81", 8848) }
    let all = before.union(rows.map { "\($0.state.code.transport == 6 ? "TCP" : "UDP") \($0.port)" })
    try await daemon.hasHeard(all.count)
    try await daemon.stops()
  }

  /// The messages of the sync protocol that add connections.
  static func messages(_ rows: [Row]) throws -> [[UInt8]] {
    try stride(from: 0, to: rows.count, by: 20).map { begin in
      let part = rows[begin..<min(begin + 20, rows.count)]
      let entries = try part.flatMap { try $0.bytes() }
      let size = UInt16(entries.count + 8)
      // Reserved, sync id, size, connections, version, spare.
      return [0, 7, UInt8(size >> 8), UInt8(size & 255), UInt8(part.count), 1, 0, 0] + entries
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import IPVS

/// The decisions about connections, as tables.
///
/// If nothing else is written, the timeouts are 60 30 45.
@Suite struct RenewalRuleTests {
  private static let lowered = Timeouts(tcp: 60, tcpFin: 30, udp: 45)
  private static let before = Timeouts.kernelDefault
  private static let raised = Timeouts(tcp: 8100, tcpFin: 120, udp: 300)

  /// A decision in one word: `renew 0`, `renew 10 late`, `keep template`, `wait`, `none`.
  private func decision(
    on connection: Connection, under timeouts: Timeouts = lowered, previous: Timeouts? = nil, shorter: Bool = false,
    sinceLastPacket: Bool = false, longest: [Connection] = [], ftpPorts: Set<UInt16> = []
  ) -> String {
    var rule = RenewalRule()
    rule.previous = previous
    rule.includesShorter = shorter
    rule.isSinceLastPacket = sinceLastPacket
    var decider = RenewalDecider(rule, under: timeouts, ftpPorts: ftpPorts)
    for connection in longest { decider.longest.add(connection) }
    switch decider.decision(on: connection) {
    case .none: return "none"
    case .wait: return "wait"
    case .keep(let reason): return "keep \(reason.rawValue)"
    case .renew(let entry, let seconds, let isSilentTooLong):
      #expect(entry.connection == connection)
      return "renew \(seconds)" + (isSilentTooLong ? " late" : "")
    }
  }

  @Test(
    arguments: [
      (.tcp, .established, 61, "renew 0"), (.tcp, .established, 60, "none"), (.tcp, .established, 0, "none"),
      (.tcp, .finWait, 31, "renew 0"), (.tcp, .finWait, 30, "none"),
      (.udp, .udp, 46, "renew 0"), (.udp, .udp, 45, "none"),
    ] as [(Connection.Transport, Connection.State, UInt32, String)])
  func `a longer timer than the timeout is renewed`(
    transport: Connection.Transport, state: Connection.State, left: UInt32, decision: String
  ) throws {
    #expect(self.decision(on: try .example(transport, state, left)) == decision)
  }

  /// The previous timeouts are 900 120 300: a connection with 890 s left was silent for 10 s.
  @Test(
    arguments: [
      (.tcp, 900, "wait", "wait"), (.tcp, 899, "wait", "wait"), (.tcp, 898, "renew 0", "renew 58"),
      (.tcp, 841, "renew 0", "renew 1"), (.tcp, 840, "renew 0 late", "renew 1 late"),
      (.tcp, 61, "renew 0 late", "renew 1 late"), (.tcp, 60, "none", "none"),
      (.tcpFin, 119, "wait", "wait"), (.tcpFin, 100, "renew 0", "renew 10"),
      (.tcpFin, 90, "renew 0 late", "renew 1 late"),
      (.udp, 290, "renew 0", "renew 35"), (.udp, 255, "renew 0 late", "renew 1 late"),
      // It has an even older timeout, so nobody knows when its last packet was: perhaps now.
      (.tcp, 901, "renew 0", "renew 60"), (.tcp, 2000, "renew 0", "renew 60"),
    ] as [(Timeouts.Name, UInt32, String, String)])
  func `after a timeout was lowered`(name: Timeouts.Name, left: UInt32, whole: String, rest: String) throws {
    let connection = try Self.connection(name, left)
    #expect(decision(on: connection, previous: Self.before, shorter: true) == whole)
    #expect(decision(on: connection, previous: Self.before, shorter: true, sinceLastPacket: true) == rest)
  }

  /// tcp was 900 and is 8100; the others have not changed.
  @Test(
    arguments: [
      (.tcp, 900, "wait", "wait"), (.tcp, 898, "renew 0", "renew 8098"), (.tcp, 100, "renew 0", "renew 7300"),
      (.tcp, 2, "renew 0", "renew 7202"), (.tcp, 1, "keep about-to-end", "keep about-to-end"),
      (.tcp, 0, "keep about-to-end", "keep about-to-end"),
      // A packet has already given it the new timeout.
      (.tcp, 901, "none", "none"), (.tcp, 8100, "none", "none"), (.tcpFin, 100, "none", "none"),
      (.tcpFin, 120, "none", "none"), (.udp, 3, "none", "none"),
    ] as [(Timeouts.Name, UInt32, String, String)])
  func `after a timeout was raised`(name: Timeouts.Name, left: UInt32, whole: String, rest: String) throws {
    let connection = try Self.connection(name, left)
    let timeouts = Self.raised
    #expect(decision(on: connection, under: timeouts, previous: Self.before, shorter: true) == whole)
    #expect(
      decision(on: connection, under: timeouts, previous: Self.before, shorter: true, sinceLastPacket: true) == rest)
    #expect(decision(on: connection, under: timeouts, previous: Self.before) == "none")
  }

  /// The kernel rounds down, and a packet may have come within the last second.
  @Test(
    arguments: [
      (8100, "none"), (8098, "none"), (8097, "renew 0"), (5, "renew 0"), (2, "renew 0"), (1, "keep about-to-end"),
    ] as [(UInt32, String)])
  func `after a timeout was raised from a value that is not known`(left: UInt32, decision: String) throws {
    let connection = try Connection.example(.tcp, .established, left)
    #expect(self.decision(on: connection, under: Self.raised, shorter: true) == decision)
    #expect(self.decision(on: connection, under: Self.raised) == "none")
  }

  @Test func `a previous timeout of another protocol says nothing`() throws {
    let connection = try Connection.example(.udp, .udp, 100)
    #expect(decision(on: connection, under: Self.raised, previous: Timeouts(tcp: 900), shorter: true) == "renew 0")
    #expect(decision(on: connection, previous: Timeouts(tcp: 900)) == "renew 0")
  }

  /// Without the previous timeout, the longest timer in the same state is used instead: 890 s, 80 s and 290 s.
  @Test(
    arguments: [
      (.tcp, 890, "renew 0", "renew 60"), (.tcp, 880, "renew 0", "renew 50"), (.tcp, 831, "renew 0", "renew 1"),
      (.tcp, 830, "renew 0 late", "renew 1 late"), (.tcp, 61, "renew 0 late", "renew 1 late"),
      (.tcpFin, 70, "renew 0", "renew 20"), (.tcpFin, 50, "renew 0 late", "renew 1 late"),
      (.udp, 245, "renew 0 late", "renew 1 late"), (.udp, 246, "renew 0", "renew 1"),
      // A connection that is newer than the reading.
      (.tcp, 899, "renew 0", "renew 60"),
    ] as [(Timeouts.Name, UInt32, String, String)])
  func `after a timeout was lowered from a value that is not known`(
    name: Timeouts.Name, left: UInt32, whole: String, rest: String
  ) throws {
    let timers: [(Timeouts.Name, UInt32)] = [(.tcp, 700), (.tcp, 890), (.tcpFin, 80), (.udp, 290)]
    let longest = try timers.map { try Self.connection($0.0, $0.1) }
    let connection = try Self.connection(name, left)
    #expect(decision(on: connection, longest: longest) == whole)
    #expect(decision(on: connection, sinceLastPacket: true, longest: longest) == rest)
  }

  @Test func `the longest timers are those of the three timeouts`() throws {
    var longest = LongestTimers()
    #expect(longest == LongestTimers())
    for (transport, state, left) in [
      (.tcp, .established, 5), (.tcp, .established, 9), (.tcp, .established, 7), (.tcp, .finWait, 4), (.udp, .udp, 3),
      (.tcp, .timeWait, 119), (.sctp, .established, 899),
    ] as [(Connection.Transport, Connection.State, UInt32)] {
      longest.add(try .example(transport, state, left))
    }
    longest.add(try .example(.tcp, .assured, 7200, client: "192.0.2.0:0"))
    #expect(Timeouts.Name.allCases.map { longest[$0] } == [9, 4, 3])
  }

  @Test(
    arguments: [
      (.tcp, .timeWait, "192.0.2.2:1", "keep fixed-state"), (.tcp, .synReceived, "192.0.2.2:1", "keep fixed-state"),
      (.sctp, .established, "192.0.2.2:1", "keep fixed-state"),
      (.init(rawValue: "ESP"), .stateless, "192.0.2.2:1", "keep fixed-state"),
      (.tcp, .assured, "192.0.2.0:0", "keep template"), (.udp, .udp, "192.0.2.0:0", "keep template"),
      (.any, .stateless, "192.0.2.0:0", "keep template"),
    ] as [(Connection.Transport, Connection.State, String, String)])
  func `a timer that no timeout sets is kept`(
    transport: Connection.Transport, state: Connection.State, client: String, decision: String
  ) throws {
    let connection = try Connection.example(transport, state, 899, client: client)
    for isShorter in [false, true] { #expect(self.decision(on: connection, shorter: isShorter) == decision) }
  }

  @Test func `a protocol that the kernel lacks keeps its timers`() throws {
    #expect(decision(on: try .example(.tcp, .established, 899), under: Timeouts(udp: 45)) == "keep fixed-state")
    #expect(decision(on: try .example(.udp, .udp, 899), under: Timeouts(udp: 45)) == "renew 0")
  }

  @Test func `a control connection of FTP keeps its timer`() throws {
    let control = try Connection.example(.tcp, .established, 899, service: "192.0.2.100:2121")
    #expect(decision(on: control, ftpPorts: [21, 2121]) == "keep ftp-control")
    #expect(decision(on: control, ftpPorts: [21]) == "renew 0")
    // UDP has no FTP, and a timer that is as wanted needs no reason.
    #expect(decision(on: try .example(.udp, .udp, 899, service: "192.0.2.100:21"), ftpPorts: [21]) == "renew 0")
    #expect(
      decision(on: try .example(.tcp, .established, 60, service: "192.0.2.100:21"), ftpPorts: [21]) == "none")
  }

  @Test func `a real server of another address family keeps the timer`() throws {
    let mixed = try Connection.example(.tcp, .established, 899, server: "[2001:db8::2]:80")
    #expect(decision(on: mixed) == "keep mixed-address-families")
    #expect(decision(on: try .example(.tcp, .established, 60, server: "[2001:db8::2]:80")) == "none")
  }

  @Test func `the limit is the timeout of the state`() throws {
    let decider = RenewalDecider(RenewalRule(), under: Self.lowered, ftpPorts: [])
    #expect(try decider.limit(for: .example(.tcp, .established, 1)) == 60)
    #expect(try decider.limit(for: .example(.tcp, .finWait, 1)) == 30)
    #expect(try decider.limit(for: .example(.udp, .udp, 1)) == 45)
    #expect(try decider.limit(for: .example(.tcp, .timeWait, 1)) == nil)
    #expect(try decider.limit(for: .example(.tcp, .assured, 1, client: "192.0.2.0:0")) == nil)
  }

  private static func connection(_ name: Timeouts.Name, _ left: UInt32) throws -> Connection {
    switch name {
    case .tcp: try .example(.tcp, .established, left)
    case .tcpFin: try .example(.tcp, .finWait, left)
    case .udp: try .example(.udp, .udp, left)
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import IPVS

/// The rounds of a renewal, with scripted tables.
///
/// If nothing else is written, the timeouts are 60 30 45.
@Suite struct RenewalWorkTests {
  private static let lowered = Timeouts(tcp: 60, tcpFin: 30, udp: 45)

  /// A TCP connection, named by the port of its client.
  private static func tcp(_ port: Int, _ left: UInt32, origin: Connection.Origin? = .local) throws -> Connection {
    try .example(.tcp, .established, left, origin: origin, client: "192.0.2.2:\(port)")
  }

  @Test func `what was sent is confirmed in the next round`() throws {
    let scene = Scene()
    #expect(try scene.round([Self.tcp(1, 500), .example(.udp, .udp, 45)]) == ["1 0"])
    #expect(!scene.work.isComplete && !scene.work.hasActive)
    #expect(try scene.round([Self.tcp(1, 60), .example(.udp, .udp, 45)]) == [])
    #expect(scene.work.isComplete && !scene.work.isDeaf)
    #expect(scene.report == "2: 1 renewed")
    #expect(scene.work.result.silentTooLong == nil)
    #expect(!scene.work.result.isInterrupted)
  }

  @Test func `an empty table and a table without old timers need one round`() throws {
    let scene = Scene()
    #expect(scene.round([]) == [])
    #expect(scene.work.isComplete && scene.report == "0: 0 renewed")
    let other = Scene()
    #expect(try other.round([Self.tcp(1, 60)]) == [])
    #expect(other.work.isComplete && other.report == "1: 0 renewed")
  }

  @Test func `what was lost is sent again`() throws {
    let scene = Scene()
    #expect(try scene.round([Self.tcp(1, 500), Self.tcp(2, 500)]) == ["1 0", "2 0"])
    #expect(try scene.round([Self.tcp(1, 60), Self.tcp(2, 500)]) == ["2 0"])
    #expect(!scene.work.isComplete && !scene.work.isDeaf)
    #expect(scene.report == "2: 1 renewed, 1 outdated")
    #expect(try scene.round([Self.tcp(1, 60), Self.tcp(2, 59)]) == [])
    #expect(scene.work.isComplete && scene.report == "2: 2 renewed")
  }

  @Test func `what appears later is sent later, and is not gone`() throws {
    let scene = Scene()
    #expect(try scene.round([Self.tcp(1, 500)]) == ["1 0"])
    #expect(try scene.round([Self.tcp(1, 60), Self.tcp(2, 500)]) == ["2 0"])
    #expect(scene.report == "2: 1 renewed, 1 outdated")
    #expect(try scene.round([Self.tcp(1, 60), Self.tcp(2, 60)]) == [])
    #expect(scene.report == "2: 2 renewed")
  }

  @Test func `an entry that the kernel created again is ended once, and counts as neither renewed nor gone`() throws {
    let scene = Scene()
    #expect(try scene.round([Self.tcp(1, 500), Self.tcp(2, 500)]) == ["1 0", "2 0"])
    #expect(try scene.round([Self.tcp(1, 60, origin: .sync), Self.tcp(2, 60)]) == ["1 1"])
    #expect(!scene.work.isComplete)
    for left: UInt32 in [1, 0] {
      #expect(try scene.round([Self.tcp(1, left, origin: .sync), Self.tcp(2, 60)]) == [])
      #expect(scene.work.isComplete && scene.report == "1: 1 renewed, 1 recreated")
    }
    #expect(try scene.round([Self.tcp(2, 60)]) == [])
    #expect(scene.report == "1: 1 renewed, 1 recreated")
  }

  @Test func `an entry that was created again is recognised if the same round lists it twice`() throws {
    let scene = Scene()
    #expect(try scene.round([Self.tcp(1, 500), Self.tcp(1, 60, origin: .sync)]) == ["1 0"])
    #expect(try scene.round([Self.tcp(1, 60, origin: .sync)]) == ["1 1"])
    #expect(scene.report == "0: 0 renewed, 1 recreated")
  }

  @Test func `an entry of another director is renewed, and not ended`() throws {
    let scene = Scene()
    #expect(try scene.round([Self.tcp(1, 500, origin: .sync)]) == ["1 0"])
    #expect(try scene.round([Self.tcp(1, 60, origin: .sync)]) == [])
    #expect(scene.work.isComplete && scene.report == "1: 1 renewed")
  }

  @Test func `a connection that is not idle is waited for, and sent when it is idle`() throws {
    let scene = Scene(previous: .kernelDefault)
    #expect(try scene.round([Self.tcp(1, 900)]) == [])
    #expect(scene.work.hasActive && !scene.work.isComplete && scene.report == "1: 0 renewed, 1 outdated")
    #expect(try scene.round([Self.tcp(1, 898)]) == ["1 0"])
    #expect(!scene.work.hasActive)
    #expect(try scene.round([Self.tcp(1, 60)]) == [])
    #expect(scene.work.isComplete && scene.report == "1: 1 renewed")
  }

  @Test func `a connection that is not idle may get its timer from its next packet`() throws {
    let scene = Scene(previous: .kernelDefault)
    #expect(try scene.round([Self.tcp(1, 900)]) == [])
    #expect(try scene.round([Self.tcp(1, 60)]) == [])
    #expect(scene.work.isComplete && !scene.work.hasActive && scene.report == "1: 0 renewed")
  }

  @Test func `a connection that ends or changes its state is gone`() throws {
    let scene = Scene()
    #expect(try scene.round((1...3).map { try Self.tcp($0, 500) }) == ["1 0", "2 0", "3 0"])
    let changed = try Connection.example(.tcp, .timeWait, 119, client: "192.0.2.2:2")
    #expect(try scene.round([Self.tcp(1, 60), changed]) == [])
    #expect(scene.work.isComplete && scene.report == "2: 1 renewed, 1 fixed-state, 2 gone")
  }

  @Test func `counts silent connections once each`() throws {
    let scene = Scene(previous: .kernelDefault)
    #expect(try scene.round([Self.tcp(1, 840), Self.tcp(2, 841)]) == ["1 0", "2 0"])
    #expect(try scene.round([Self.tcp(1, 838), Self.tcp(2, 60)]) == ["1 0"])
    #expect(try scene.round([Self.tcp(1, 60), Self.tcp(2, 60)]) == [])
    #expect(scene.work.result.silentTooLong == 1)
  }

  @Test func `a filter leaves out the others`() throws {
    var rule = RenewalRule()
    rule.filter.client = InternetAddress(parsing: "192.0.2.9")
    let scene = Scene(rule)
    let other = try Connection.example(.tcp, .established, 500, client: "192.0.2.9:9")
    #expect(try scene.round([Self.tcp(1, 500), other]) == ["9 0"])
    #expect(scene.report == "1: 0 renewed, 1 outdated")
  }

  @Test func `a renewal that is ended early counts none as gone`() throws {
    let scene = Scene()
    let table = try (1...3).map { try Self.tcp($0, 500) }
    #expect(scene.round(table, isCut: true) == ["1 0", "2 0", "3 0"])
    #expect(scene.work.interrupted.isInterrupted)
    #expect(scene.report == "3: 0 renewed, 3 outdated")
    // In a pause after the first round.
    #expect(scene.work.interrupted.gone == 0)
    #expect(try scene.round([Self.tcp(1, 60)], isCut: true) == [])
    #expect(scene.report == "1: 1 renewed")
  }

  @Test func `a pause after the first round does not make connections gone`() throws {
    let scene = Scene(previous: .kernelDefault)
    #expect(try scene.round([Self.tcp(1, 500), Self.tcp(2, 900)]) == ["1 0"])
    #expect(scene.work.interrupted.gone == 0)
    #expect(scene.report == "2: 0 renewed, 2 outdated")
  }
}

/// Timers that look old although they are new, and messages that never arrive.
@Suite struct RenewalProbeTests {
  private static func tcp(_ port: Int, _ left: UInt32) throws -> Connection {
    try .example(.tcp, .established, left, client: "192.0.2.2:\(port)")
  }

  @Test func `a new timer that has gone on is not sent again`() throws {
    var rule = RenewalRule()
    rule.includesShorter = true
    let scene = Scene(rule, under: Timeouts(tcp: 8100))
    #expect(try scene.round([Self.tcp(1, 100), Self.tcp(2, 8000)]) == ["1 0", "2 0"])
    scene.clock.advance(by: 10)
    #expect(try scene.round([Self.tcp(1, 8088), Self.tcp(2, 8087)]) == ["2 0"])
    #expect(scene.report == "2: 1 renewed, 1 outdated")
  }

  @Test func `the rest of a timeout is sent once, even if it looks like the old timer`() throws {
    var rule = RenewalRule()
    (rule.includesShorter, rule.isSinceLastPacket, rule.previous) = (true, true, Timeouts(tcp: 60))
    let scene = Scene(rule, under: Timeouts(tcp: 90))
    #expect(try scene.round([Self.tcp(1, 10), Self.tcp(2, 50)]) == ["1 40", "2 80"])
    #expect(try scene.round([Self.tcp(1, 40), Self.tcp(2, 80)]) == [])
    #expect(scene.work.isComplete && scene.report == "2: 2 renewed")
  }

  @Test func `a last second that was sent is not a timer that was kept`() throws {
    var rule = RenewalRule()
    (rule.includesShorter, rule.isSinceLastPacket) = (true, true)
    var longest = LongestTimers()
    longest.add(try Self.tcp(9, 890))
    let scene = Scene(rule, longest: longest)
    #expect(try scene.round([Self.tcp(1, 100)]) == ["1 1"])
    #expect(try scene.round([Self.tcp(1, 1)]) == [])
    #expect(scene.work.isComplete && scene.report == "1: 1 renewed")
    #expect(scene.work.result.silentTooLong == 1)
  }

  /// The second timers, the seconds between, and whether no message can have arrived.
  @Test(
    arguments: [
      ([500, 500, 500], 0, true), ([499, 500, 498], 1, true), ([480, 481, 479], 20, true),
      ([60, 60, 60], 0, false), ([60, 500, 500], 0, false), ([500, 500, 60], 0, false),
      // A packet gave one of them its timer.
      ([480, 60, 480], 20, false),
    ] as [([UInt32], Int, Bool)])
  func `messages that change no timer have not arrived`(timers: [UInt32], seconds: Int, isDeaf: Bool) throws {
    let scene = Scene()
    _ = scene.round(try (1...3).map { try Self.tcp($0, 500) })
    #expect(!scene.work.isDeaf)
    scene.clock.advance(by: seconds)
    _ = scene.round(try timers.enumerated().map { try Self.tcp($0.offset + 1, $0.element) })
    #expect(scene.work.isDeaf == isDeaf)
  }

  @Test func `a raised timer that has gone on is not one that nobody changed`() throws {
    var rule = RenewalRule()
    (rule.includesShorter, rule.previous) = (true, Timeouts(tcp: 30))
    let scene = Scene(rule)
    #expect(try scene.round([Self.tcp(1, 10)]) == ["1 0"])
    // It ended in the meantime, or the reading took long: 60 s, 55 s ago.
    scene.clock.advance(by: 55)
    #expect(try scene.round([Self.tcp(1, 5)]) == [])
    #expect(!scene.work.isDeaf && scene.work.isComplete)
  }

  @Test func `a timer that moves by a few seconds shows nothing`() throws {
    let scene = Scene()
    #expect(try scene.round([Self.tcp(1, 64)]) == ["1 0"])
    #expect(try scene.round([Self.tcp(1, 64)]) == ["1 0"])
    #expect(!scene.work.isDeaf)
  }

  @Test func `connections that are not seen again show nothing`() throws {
    let scene = Scene()
    #expect(try scene.round([Self.tcp(1, 500)]) == ["1 0"])
    #expect(scene.round([]) == [])
    #expect(!scene.work.isDeaf && scene.report == "0: 0 renewed, 1 gone")
  }
}

/// A renewal, and a clock that the test moves.
private final class Scene {
  final class Clock {
    private(set) var now = ContinuousClock.now

    func advance(by seconds: Int) { now += .seconds(seconds) }
  }

  let clock: Clock
  private(set) var work: RenewalWork

  init(
    _ rule: RenewalRule = RenewalRule(), under timeouts: Timeouts = Timeouts(tcp: 60, tcpFin: 30, udp: 45),
    longest: LongestTimers = LongestTimers()
  ) {
    let clock = Clock()
    self.clock = clock
    var decider = RenewalDecider(rule, under: timeouts, ftpPorts: [])
    decider.longest = longest
    work = RenewalWork(rule, by: decider) { clock.now }
  }

  /// A renewal after a change from these timeouts.
  convenience init(previous: Timeouts) {
    var rule = RenewalRule()
    rule.previous = previous
    self.init(rule)
  }

  /// One reading of the table; returns the ports of the clients that were sent, with their new timers.
  func round(_ table: [Connection], isCut: Bool = false) -> [String] {
    work.beginRound()
    var sent: [String] = []
    for connection in table {
      if let (entry, seconds) = work.consider(connection) { sent.append("\(entry.connection.client.port) \(seconds)") }
    }
    if !isCut { work.endRound() }
    return sent
  }

  /// The numbers of the report that are not 0.
  var report: String {
    let result = work.result
    let others =
      [("outdated", result.outdated)]
      + RenewalReport.Reason.allCases.map { ($0.rawValue, result.kept[$0] ?? 0) }
      + [("gone", result.gone), ("recreated", result.recreated)]
    return
      (["\(result.count): \(result.renewed) renewed"]
      + others.filter { $0.1 != 0 }.map { "\($0.1) \($0.0)" }).joined(separator: ", ")
  }
}

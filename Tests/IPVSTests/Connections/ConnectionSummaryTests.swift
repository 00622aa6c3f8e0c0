// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import IPVS

@Suite struct ConnectionSummaryTests {
  private static let rule = OutdatedRule(Timeouts(tcp: 60, tcpFin: 30, udp: 45))

  @Test func `counts by kind, TCP first and unknown kinds last`() throws {
    var summary = ConnectionSummary(by: Self.rule, on: TimerWheel(ticksPerSecond: 100))
    #expect(summary.tallies.isEmpty)
    #expect(summary.count == 0 && summary.outdated == 0 && summary.lastEnd == 0 && summary.outdatedFor == 0)
    #expect(summary.latestEnd == 0)
    summary.add(try .example(.init(rawValue: "DCCP"), .init(rawValue: "OPEN"), 5))
    summary.add(try .example(.udp, .udp, 300))
    summary.add(try .example(.tcp, .assured, 360, client: "192.0.2.0:0"))
    summary.add(try .example(.tcp, .timeWait, 119))
    for seconds: UInt32 in [12, 899, 60] { summary.add(try .example(.tcp, .established, seconds)) }
    summary.add(try .example(.init(rawValue: "DCCP"), .init(rawValue: "OPEN"), 6))
    let tallies = summary.tallies
    #expect(
      tallies.map(\.kind) == [
        ConnectionKind(.tcp, .established), ConnectionKind(.tcp, .timeWait), ConnectionKind(.udp, .udp),
        ConnectionKind(.tcp, .assured, isTemplate: true),
        ConnectionKind(.init(rawValue: "DCCP"), .init(rawValue: "OPEN")),
      ])
    #expect(tallies.map(\.count) == [3, 1, 1, 1, 2])
    #expect(tallies.map(\.shortest) == [12, 119, 300, 360, 5])
    #expect(tallies.map(\.longest) == [899, 119, 300, 360, 6])
    #expect(tallies.map(\.outdated) == [1, 0, 1, 0, 0])
    #expect(tallies.map(\.lastEnd) == [899, 0, 300, 0, 0])
    // 899 s and the second that is rounded off, and 41 s of a grid of 4096 ticks; 300 s, and 6 s of one of 512.
    #expect(tallies.map(\.latestEnd) == [941, 0, 307, 0, 0])
    #expect(tallies.map(\.outdatedFor) == [839, 0, 255, 0, 0])
    #expect(summary.count == 8)
    #expect(summary.outdated == 2)
    #expect(summary.lastEnd == 899)
    #expect(summary.latestEnd == 941)
    #expect(summary.outdatedFor == 839)
  }

  @Test func `counts connections from another director separately`() throws {
    var summary = ConnectionSummary(by: OutdatedRule(Timeouts(tcp: 60), hasBackupDaemon: true))
    summary.add(try .example(.tcp, .established, 899, origin: .sync))
    summary.add(try .example(.tcp, .established, 59, origin: .sync))
    summary.add(try .example(.tcp, .established, 899, origin: .local))
    #expect(summary.tallies.map(\.synced) == [1])
    #expect(summary.tallies.map(\.outdated) == [1])
  }

  /// Compared with sorting all values.
  ///
  /// The generator is Knuth's, with a fixed seed.
  @Test(arguments: [1, 2, 3, 99, 100, 101, 5_000])
  func `computes percentiles within the documented error`(count: Int) throws {
    var state: UInt64 = 20_261_122
    for most: UInt64 in [200, 1_000, 100_000, 21_474_836] {
      var summary = ConnectionSummary(by: Self.rule)
      var exact: [UInt32] = []
      for _ in 0..<count {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let seconds = UInt32((state >> 33) % (most + 1))
        exact.append(seconds)
        summary.add(try .example(.tcp, .established, seconds))
      }
      exact.sort()
      let tally = try #require(summary.tallies.first)
      for percent in [1, 50, 99, 100] {
        let wanted = exact[max(1, (count * percent + 99) / 100) - 1]
        let given = tally.secondsLeft(percent: percent)
        let error = abs(Double(given) - Double(wanted))
        #expect(error <= (wanted < 256 ? 0 : Double(wanted) * TimeHistogram.error), "\(percent) %: \(given), \(wanted)")
      }
      #expect(tally.times.reduce(0) { $0 + $1.count } == count)
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ipvs_timeout

@Suite struct WaitLinesTests {
  @Test func `come when it is time, and none twice`() {
    let start = ContinuousClock.now
    var lines = WaitLines(every: .seconds(60), from: start)
    // The seconds at which it is asked; while a table was read, nobody asked for minutes.
    let due = [0, 1, 59, 60, 61, 119, 120, 400, 401, 419, 420].filter { lines.isDue(at: start + .seconds($0)) }
    #expect(due == [60, 120, 400, 420])
  }

  @Test func `say how many there are, and for how long`() {
    #expect(
      WaitLines.line(OutdatedCount(count: 1, seconds: 900), left: 839)
        == "ipvs-timeout: waiting: 1 connection is outdated, for 13m59s at the most")
    #expect(
      WaitLines.line(OutdatedCount(count: 870, seconds: 900), left: 5)
        == "ipvs-timeout: waiting: 870 connections are outdated, for 5s at the most")
  }
}

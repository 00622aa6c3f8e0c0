// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ipvs_timeout

@Suite struct WaitLinesTests {
  @Test func `are due every minute, and none is repeated`() {
    let start = ContinuousClock.now
    var lines = WaitLines(every: .seconds(60), from: start)
    // The seconds at which the test asks. Reading a large table takes minutes, in which nothing asks.
    let due = [0, 1, 59, 60, 61, 119, 120, 400, 401, 419, 420].filter { lines.isDue(at: start + .seconds($0)) }
    #expect(due == [60, 120, 400, 420])
  }

  @Test func `report the number of outdated connections and the time left`() {
    #expect(
      WaitLines.line(OutdatedCount(count: 1, seconds: 900), left: 839)
        == "ipvs-timeout: waiting: 1 connection is still on the old timer, for at most 13m59s")
    #expect(
      WaitLines.line(OutdatedCount(count: 870, seconds: 900), left: 5)
        == "ipvs-timeout: waiting: 870 connections are still on the old timer, for at most 5s")
  }
}

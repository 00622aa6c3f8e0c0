// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

@testable import Netlink

@Suite struct DeadlineTests {
  @Test(
    arguments: [
      (.milliseconds(50), 50), (.seconds(60), 60_000), (.seconds(3_600), 3_600_000), (.microseconds(1_500), 1),
      // The nearest usable value: 0 would mean no wait at all.
      (.microseconds(1), 1), (.zero, 1), (.nanoseconds(5), 1), (.seconds(-5), 1), (.seconds(3_601), 3_600_000),
      (.seconds(Int64.max), 3_600_000),
    ] as [(Duration, Int)])
  func `is as long as the duration`(limit: Duration, milliseconds: Int) {
    #expect(limit.wholeMilliseconds == milliseconds)
  }

  @Test func `starts with the first wait`() {
    var patience = Deadline(milliseconds: 60_000)
    usleep(20_000)
    // One more, for the millisecond that has already begun.
    #expect(patience.millisecondsLeft == 60_001)
    usleep(20_000)
    #expect(0...59_981 ~= patience.millisecondsLeft)
  }

  @Test func `ends and stays at 0`() {
    var patience = Deadline(milliseconds: 5)
    _ = patience.millisecondsLeft
    usleep(10_000)
    #expect(patience.millisecondsLeft == 0)
    #expect(patience.millisecondsLeft == 0)
  }
}

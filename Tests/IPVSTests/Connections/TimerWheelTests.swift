// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import IPVS

/// The grid of `kernel/time/timer.c`: level n has steps of 8^n ticks, for timers from 63 * 8^(n - 1) ticks on.
@Suite struct TimerWheelTests {
  @Test(
    arguments: [
      // A step of 64, 512, 4096, 32768 ticks of 10 ms, and of 2097152 ticks for the longest.
      (100, 6, 1), (100, 30, 1), (100, 60, 6), (100, 120, 6), (100, 300, 6), (100, 330, 41), (100, 900, 41),
      (100, 8_100, 328), (100, 2_678_400, 20_972),
      (250, 60, 3), (250, 900, 17), (1000, 60, 5), (1000, 900, 33), (1000, 2_147_483, 16_778), (300, 900, 110),
      // Not known: 8/63.
      (nil, 60, 8), (nil, 900, 115), (nil, 1, 1), (nil, 2_678_400, 340_115),
    ] as [(UInt32?, UInt32, UInt32)])
  func `is as coarse as the kernel's`(ticks: UInt32?, seconds: UInt32, delay: UInt32) {
    #expect(TimerWheel(ticksPerSecond: ticks).delay(of: seconds) == delay)
  }

  @Test func `is never later than without the number of ticks`() {
    let unknown = TimerWheel(ticksPerSecond: nil)
    for ticks: UInt32 in [100, 250, 300, 1000] {
      for seconds: UInt32 in 1...9000 {
        #expect(TimerWheel(ticksPerSecond: ticks).delay(of: seconds) <= unknown.delay(of: seconds) + 1)
      }
    }
  }

  @Test func `knows the longest timeout`() {
    #expect(TimerWheel(ticksPerSecond: 100).longestTimeout == 21_474_836)
    #expect(TimerWheel(ticksPerSecond: 250).longestTimeout == 8_589_934)
    #expect(TimerWheel(ticksPerSecond: 1000).longestTimeout == 2_147_483)
    #expect(TimerWheel(ticksPerSecond: nil).longestTimeout == nil)
  }

  /// A connection that has been silent for a while is on a timer that is longer than the time left.
  @Test func `assumes the default for an old timer`() {
    let wheel = TimerWheel(ticksPerSecond: 100)
    #expect(wheel.latestEnd(after: 10, .tcp) == 10 + 1 + 41)
    #expect(wheel.latestEnd(after: 10, .tcpFin) == 10 + 1 + 6)
    #expect(wheel.latestEnd(after: 8_099, .tcp) == 8_099 + 1 + 328)
  }
}

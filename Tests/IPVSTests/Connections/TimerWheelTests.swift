// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import IPVS

/// The grid of `kernel/time/timer.c`: level n has steps of 8^n ticks, for timers from 63 * 8^(n - 1) ticks on.
@Suite struct TimerWheelTests {
  @Test(
    arguments: [
      // A step of 64, 512, 4096, 32768 ticks of 10 ms.
      (100, 6, 1), (100, 30, 1), (100, 60, 6), (100, 120, 6), (100, 300, 6), (100, 330, 41), (100, 900, 41),
      (100, 8_100, 328),
      (250, 60, 3), (250, 900, 17), (1000, 60, 5), (1000, 900, 33), (300, 900, 110),
      // A step of 8^7 = 2097152 ticks of 10 ms, and of 8^8 = 16777216 ticks of 4 and 1 ms.
      (100, 1_321_205, 20_972), (250, 2_678_400, 67_109), (1000, 1_056_964, 16_778),
      // These end early.
      (100, 1_321_206, 0), (100, 2_678_400, 0), (1000, 1_056_965, 0), (1000, 2_147_483, 0),
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

  /// WHEEL_TIMEOUT_CUTOFF is 63 * 8^7 = 132120576 ticks with 8 levels, and 63 * 8^8 = 1056964608 ticks with 9.
  @Test(
    arguments: [(24, 5_505_023), (100, 1_321_205), (250, 4_227_858), (300, 3_523_215), (1000, 1_056_964), (nil, nil)]
      as [(UInt32?, UInt32?)])
  func `knows the longest timer that it holds`(ticks: UInt32?, seconds: UInt32?) {
    #expect(TimerWheel(ticksPerSecond: ticks).longestTimer == seconds)
  }

  /// WHEEL_TIMEOUT_MAX is 62 * 8^7 = 130023424 ticks with 8 levels, and 62 * 8^8 = 1040187392 ticks with 9.
  ///
  /// A longer timer ends there, or a step of the last level later.
  @Test(
    arguments: [
      (100, 900, 900...941), (100, 1_321_205, 1_321_205...1_342_177), (100, 1_321_206, 1_300_234...1_321_206),
      (100, 2_678_400, 1_300_234...1_321_206), (100, 21_474_836, 1_300_234...1_321_206),
      (101, 10_464_996, 10_464_996...10_631_108), (101, 10_464_997, 10_298_884...10_464_997),
      (250, 2_678_400, 2_678_400...2_745_509), (250, 8_589_934, 4_160_749...4_227_859),
      (300, 7_158_278, 3_467_291...3_523_216),
      (1000, 1_056_964, 1_056_964...1_073_742), (1000, 1_056_965, 1_040_187...1_056_965),
      (1000, 2_147_483, 1_040_187...1_056_965),
      // Not known: as late as 8/63, as early as with 1200 ticks a second.
      (nil, 900, 900...1015), (nil, 880_803, 880_803...992_651), (nil, 880_804, 866_822...992_653),
      (nil, UInt32.max, 866_822...UInt32.max),
    ] as [(UInt32?, UInt32, ClosedRange<UInt32>)])
  func `ends timers in a range`(ticks: UInt32?, seconds: UInt32, range: ClosedRange<UInt32>) {
    #expect(TimerWheel(ticksPerSecond: ticks).lifetime(of: seconds) == range)
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
    #expect(wheel.earliestEnd(after: 8_099) == 8_099)
  }

  /// The time left counts down from the whole timeout.
  @Test func `knows that the longest timers end early`() {
    let wheel = TimerWheel(ticksPerSecond: 1000)
    #expect(wheel.earliestEnd(after: 2_147_482) == 1_040_187)
    #expect(wheel.latestEnd(after: 2_147_482, .tcp) == 1_056_965 + 1)
  }
}

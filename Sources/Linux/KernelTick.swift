// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// The unit in which the kernel counts time.
package enum KernelTick {
  /// The number of ticks in a second (CONFIG_HZ); `nil` if the kernel does not say it.
  package static let perSecond: UInt32? = {
    var tick = timespec()
    // The clock that moves with the ticks is as coarse as they are.
    guard clock_getres(CLOCK_MONOTONIC_COARSE, &tick) == 0, tick.tv_sec == 0 else { return nil }
    return ticks(of: tick.tv_nsec)
  }()

  /// The number of ticks of this length in a second; `nil` if no kernel has such ticks.
  static func ticks(of nanoseconds: Int) -> UInt32? {
    guard nanoseconds > 0 else { return nil }
    let count = (1_000_000_000 + nanoseconds / 2) / nanoseconds
    // Linux has from 24 to 1200 ticks. A finer clock is not the kernel's tick.
    return 24...1200 ~= count ? UInt32(count) : nil
  }
}

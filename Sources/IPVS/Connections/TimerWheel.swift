// SPDX-License-Identifier: Apache-2.0

internal import Linux

/// The grid on which the kernel ends its timers, which makes long timers late and the longest ones early.
///
/// Since Linux 4.8 a timer ends at the next point of a grid, and the grid is coarser for longer timers. So a connection
/// lives for its timeout or up to an eighth longer. For that time its ``Connection/secondsLeft`` is 0, and a packet still
/// restarts its timer.
///
/// The grid has an end. A timer that is longer than ``longestTimer`` ends early, at the end of the grid, while
/// ``Connection/secondsLeft`` still counts down from the whole timeout. The kernel accepts such timeouts: see
/// ``longestTimeout``.
///
/// All of this is in the kernel's `kernel/time/timer.c` (`calc_wheel_index`), in ticks:
///
/// | constant | value | meaning |
/// | --- | --- | --- |
/// | `LVL_GRAN(n)` | 8ⁿ | the step of level n |
/// | `LVL_START(n)` | 63 × 8ⁿ⁻¹ | a timer of this length or longer is on level n |
/// | `LVL_DEPTH` | 9; 8 with at most 100 ticks a second | the number of levels |
/// | `WHEEL_TIMEOUT_CUTOFF` | `LVL_START(LVL_DEPTH)` | a timer of this length or longer ends early |
/// | `WHEEL_TIMEOUT_MAX` | one step of the last level less | the length that such a timer has instead |
public struct TimerWheel: Sendable, Hashable {
  /// The number of ticks in a second (CONFIG_HZ); `nil` if it is not known.
  public let ticksPerSecond: UInt32?

  /// Creates the grid of a kernel with this number of ticks in a second.
  public init(ticksPerSecond: UInt32?) {
    self.ticksPerSecond = ticksPerSecond
  }

  /// The grid of the running kernel.
  public static var current: TimerWheel { TimerWheel(ticksPerSecond: KernelTick.perSecond) }
}

extension TimerWheel {
  /// The longest timeout that the kernel accepts, in seconds: INT_MAX ticks; `nil` if the ticks are not known.
  public var longestTimeout: UInt32? { ticksPerSecond.map { UInt32(Int32.max) / $0 } }

  /// The longest timer that does not end early, in seconds; `nil` if the ticks are not known.
  ///
  /// With 100 ticks a second it is 15 days, with 250 48 days, with 300 40 days, and with 1000 12 days.
  public var longestTimer: UInt32? {
    ticksPerSecond.map { UInt32((TimerWheel.end($0) - 1 - TimerWheel.lag) / UInt64($0)) }
  }

  /// The time after which a timer ends if no packet restarts it, from the earliest to the latest, in seconds.
  ///
  /// Without the number of ticks, it is the range of all kernels.
  ///
  /// - Parameter seconds: The length of the timer.
  /// - Returns: The range. It begins before the length of the timer if that is longer than ``longestTimer``.
  public func lifetime(of seconds: UInt32) -> ClosedRange<UInt32> {
    guard let ticksPerSecond else {
      let earliest = TimerWheel.earlyEnd(TimerWheel.mostTicks).lowerBound
      let mayBeEarly = seconds > TimerWheel(ticksPerSecond: TimerWheel.mostTicks).longestTimer ?? 0
      return (mayBeEarly ? earliest : seconds)...late(seconds)
    }
    guard seconds > longestTimer ?? .max else { return seconds...late(seconds) }
    return TimerWheel.earlyEnd(ticksPerSecond)
  }

  /// The number of seconds by which a timer can be late, rounded up; 0 if it ends early.
  ///
  /// Without the number of ticks it is 8/63 of the timer, which no kernel exceeds.
  ///
  /// - Parameter seconds: The length of the timer.
  /// - Returns: The delay in seconds.
  public func delay(of seconds: UInt32) -> UInt32 {
    guard let ticksPerSecond else { return UInt32((UInt64(seconds) * 8 + 62) / 63) }
    let ticks = UInt64(seconds) * UInt64(ticksPerSecond) + TimerWheel.lag
    let levels = TimerWheel.levels(ticksPerSecond)
    guard ticks < TimerWheel.start(of: levels) else { return 0 }
    var level: UInt64 = 0
    while level < levels - 1, ticks >= TimerWheel.start(of: level + 1) { level += 1 }
    return UInt32((TimerWheel.step(of: level) + UInt64(ticksPerSecond) - 1) / UInt64(ticksPerSecond))
  }

  /// The number of seconds before which a connection does not end, if no packet passes.
  ///
  /// Its timer may be old, and the kernel does not say how long it was. So the number holds only if its timeout was
  /// at most ``longestTimer``, or the time that is left.
  ///
  /// - Parameter secondsLeft: The time that it has left.
  /// - Returns: The time in seconds.
  package func earliestEnd(after secondsLeft: UInt32) -> UInt32 { lifetime(of: secondsLeft).lowerBound }

  /// The number of seconds after which a connection has ended at the latest, if no packet passes.
  ///
  /// Its timer may be old, and the kernel does not say how long it was. So the number holds only if its timeout was
  /// at most the kernel's default for it, or the longer time that is left.
  ///
  /// - Parameters:
  ///   - secondsLeft: The time that it has left.
  ///   - name: The timeout that governs it.
  /// - Returns: The time in seconds.
  package func latestEnd(after secondsLeft: UInt32, _ name: Timeouts.Name) -> UInt32 {
    let timer = max(secondsLeft, Timeouts.kernelDefault[name]?.seconds ?? 0)
    // The time left is rounded down.
    return min(secondsLeft + 1 + delay(of: timer), lifetime(of: timer).upperBound + 1)
  }

  private func late(_ seconds: UInt32) -> UInt32 {
    let (end, isTooLong) = seconds.addingReportingOverflow(delay(of: seconds))
    return isTooLong ? .max : end
  }
}

/// The kernel's constants, in ticks.
extension TimerWheel {
  /// The ticks by which the kernel's own clock may be late when it chooses the level.
  private static let lag: UInt64 = 8
  /// No kernel has more ticks in a second.
  private static let mostTicks: UInt32 = 1200

  /// LVL_DEPTH.
  private static func levels(_ ticksPerSecond: UInt32) -> UInt64 { ticksPerSecond > 100 ? 9 : 8 }

  /// LVL_GRAN.
  private static func step(of level: UInt64) -> UInt64 { 1 << (3 * level) }

  /// LVL_START; not for level 0.
  private static func start(of level: UInt64) -> UInt64 { 63 * step(of: level - 1) }

  /// WHEEL_TIMEOUT_CUTOFF.
  private static func end(_ ticksPerSecond: UInt32) -> UInt64 { start(of: levels(ticksPerSecond)) }

  /// The seconds after which a timer ends that is longer than the grid.
  private static func earlyEnd(_ ticksPerSecond: UInt32) -> ClosedRange<UInt32> {
    let (end, ticks) = (end(ticksPerSecond), UInt64(ticksPerSecond))
    // WHEEL_TIMEOUT_MAX, and from there to the next point of the grid.
    let most = end - step(of: levels(ticksPerSecond) - 1)
    return UInt32((most - lag) / ticks)...UInt32((end + ticks - 1) / ticks)
  }
}

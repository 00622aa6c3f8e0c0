// SPDX-License-Identifier: Apache-2.0

internal import Linux

/// The grid on which the kernel ends its timers, which makes long timers late.
///
/// Since Linux 4.8 a timer ends at the next point of a grid, and the grid is coarser for longer timers. Its constants
/// are in `kernel/time/timer.c`. So a connection lives for its timeout or up to an eighth longer. For that time its
/// ``Connection/secondsLeft`` is 0, and a packet still restarts its timer.
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

  /// The number of seconds by which a timer can be late, rounded up.
  ///
  /// Without the number of ticks it is 8/63 of the timer, which no kernel exceeds.
  ///
  /// - Parameter seconds: The length of the timer.
  /// - Returns: The delay in seconds.
  public func delay(of seconds: UInt32) -> UInt32 {
    guard let ticksPerSecond else { return UInt32((UInt64(seconds) * 8 + 62) / 63) }
    // The kernel's own clock may be some ticks behind when it chooses the grid.
    let ticks = UInt64(seconds) * UInt64(ticksPerSecond) + 8
    let levels = ticksPerSecond > 100 ? 9 : 8
    var level = 0
    while level < levels - 1, ticks >= 63 << (3 * UInt64(level)) { level += 1 }
    let step = UInt64(1) << (3 * UInt64(level))
    return UInt32((step + UInt64(ticksPerSecond) - 1) / UInt64(ticksPerSecond))
  }

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
    return secondsLeft + 1 + delay(of: timer)
  }
}

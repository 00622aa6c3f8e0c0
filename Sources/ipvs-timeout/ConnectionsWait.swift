// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Text

extension ConnectionsLook {
  /// Waits until no connection is outdated, or for as long as it may.
  ///
  /// It looks again when the last one can have ended, and every 10 seconds; and no more than half of the time.
  ///
  /// - Parameters:
  ///   - wait: How long to wait at the most.
  ///   - isQuiet: Whether not to say how it goes.
  ///   - round: Is told of what failed.
  /// - Returns: Whether none was left; else the time was over first.
  /// - Throws: ``Failure``, for what would be the same everywhere.
  mutating func wait(
    _ wait: ConnectionsRequest.Wait, isQuiet: Bool, _ round: inout Round
  ) throws(Failure) -> Bool {
    let end: ContinuousClock.Instant? = if case .atMost(let time) = wait { .now + time } else { nil }
    var display = WaitDisplay(isQuiet: isQuiet)
    defer { display.clear() }
    while true {
      let begin = ContinuousClock.now
      let outdated = try count(&round) { display.clear() }
      guard outdated.count > 0 else { return true }
      let seen = ContinuousClock.now
      let next = seen + max(begin.duration(to: seen), .seconds(min(10, max(1, outdated.seconds))))
      var now = seen
      while now < next {
        if let end, now >= end { return false }
        display.show(outdated, seen: seen.duration(to: now), at: now)
        let pause = min(Duration.milliseconds(500), now.duration(to: min(next, end ?? next)))
        usleep(UInt32(pause / .microseconds(1)) + 1)
        now = .now
      }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// How long to wait yet; the time runs from the first time that one has to.
///
/// In milliseconds of the monotonic clock, as poll(2) takes them: Swift's own clock and durations cost the way that
/// every call takes more than all the waiting that it does.
struct Patience {
  private let limit: Int
  private var end = 0

  /// Patience for so many milliseconds, at least one.
  init(milliseconds limit: Int) {
    self.limit = limit
  }

  /// What is left; 0 when the time is up.
  var millisecondsLeft: CInt {
    mutating get {
      var time = timespec()
      clock_gettime(CLOCK_MONOTONIC, &time)
      let now = time.tv_sec * 1000 + time.tv_nsec / 1_000_000
      // One more, for the part of a millisecond that is over already.
      if end == 0 { end = now + limit + 1 }
      return CInt(max(end - now, 0))
    }
  }
}

extension Duration {
  /// The duration, or the nearest that makes sense to wait.
  var bounded: Duration { min(max(self, .microseconds(1)), .seconds(3600)) }

  /// The duration in whole milliseconds, at least one.
  var wholeMilliseconds: Int { max(Int(bounded / .milliseconds(1)), 1) }
}

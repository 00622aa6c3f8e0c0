// SPDX-License-Identifier: Apache-2.0

/// How long to wait yet; the time runs from the first time that one has to.
struct Patience {
  private let limit: Duration?
  private var end: ContinuousClock.Instant?

  /// From a microsecond to an hour; `nil` is five seconds, which the way that every call takes does not have to compute.
  init(_ limit: Duration?) {
    self.limit = limit
  }

  /// What is left, rounded up, for poll(2); 0 when the time is up.
  var millisecondsLeft: CInt {
    mutating get {
      let now = ContinuousClock.now
      let end = end ?? now + (limit?.bounded ?? .seconds(5))
      self.end = end
      return CInt(((end - now) / .milliseconds(1)).rounded(.up).clamped)
    }
  }
}

extension Double {
  fileprivate var clamped: Double { Swift.min(Swift.max(self, 0), 3_600_000) }
}

extension Duration {
  /// The duration, or the nearest that makes sense to wait.
  var bounded: Duration { min(max(self, .microseconds(1)), .seconds(3600)) }
}

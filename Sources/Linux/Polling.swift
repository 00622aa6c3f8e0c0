// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Looks again and again for something of which the kernel tells nobody, until it is there or the time is over.
///
/// It looks at once, and for the last time when the time is over.
///
/// - Parameters:
///   - end: When the time is over; `nil` for never.
///   - interval: How long to sleep between two looks.
///   - longest: Up to which length to double that after each sleep; `nil` for always the same.
///   - look: Looks. It gets whether this is the last time, and returns a value to end the loop.
/// - Returns: What `look` returned, or `nil` when the time was over before that.
/// - Throws: What `look` throws.
package func poll<Value: ~Copyable, Failure>(
  until end: ContinuousClock.Instant?, every interval: Duration, upTo longest: Duration? = nil,
  _ look: (_ isLast: Bool) throws(Failure) -> Value?
) throws(Failure) -> Value? {
  var interval = interval
  while true {
    let isLast = end.map { ContinuousClock.now >= $0 } ?? false
    if let value = try look(isLast) { return value }
    if isLast { return nil }
    let rest = end.map { ContinuousClock.now.duration(to: $0) } ?? interval
    let microseconds = min(interval, max(rest, .zero)) / Duration.microseconds(1)
    usleep(UInt32(min(microseconds, 1e9)) + 1)
    if let longest { interval = min(interval * 2, longest) }
  }
}

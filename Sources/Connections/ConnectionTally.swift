// SPDX-License-Identifier: Apache-2.0

public import IPVS

/// The connections of one kind: how many there are, and how much time they have left.
public struct ConnectionTally: Sendable {
  /// The kind.
  public let kind: ConnectionKind
  /// What decides how long their timer is.
  public let rule: TimerRule
  /// The timeout that rules them; `nil` where none does, or the kernel lacks it.
  public let allowed: Timeout?
  /// How many there are.
  public private(set) var count = 0
  /// The shortest time left, in seconds.
  public private(set) var shortest = UInt32.max
  /// The longest time left, in seconds.
  public private(set) var longest: UInt32 = 0
  /// How many are outdated.
  public private(set) var outdated = 0
  /// After how many seconds the last outdated one ends; 0 where none is.
  public private(set) var lastEnd: UInt32 = 0
  /// How many have a longer timer because another director has told of it.
  public private(set) var foreign = 0
  private var histogram = TimeHistogram()

  init(_ kind: ConnectionKind, by rule: OutdatedRule) {
    self.kind = kind
    self.rule = TimerRule(for: kind)
    allowed = rule.allowed(kind)
  }

  mutating func add(_ connection: Connection, by rule: OutdatedRule) {
    let seconds = connection.secondsLeft
    count += 1
    shortest = min(shortest, seconds)
    longest = max(longest, seconds)
    histogram.add(seconds)
    guard let allowed, seconds > allowed.seconds else { return }
    if rule.isOutdated(connection, allowed: allowed) {
      outdated += 1
      lastEnd = max(lastEnd, seconds)
    } else if rule.hasForeignTimer(connection) {
      foreign += 1
    }
  }
}

extension ConnectionTally {
  /// The time that a share of them does not exceed, in seconds: to 1 in 256, and below 256 s exactly.
  ///
  /// - Parameter percent: The share, from 1 to 100.
  /// - Returns: The time.
  public func secondsLeft(percent: Int) -> UInt32 {
    let rank = max(1, (count * percent + 99) / 100)
    return min(max(histogram.time(atRank: rank), shortest), longest)
  }

  /// The times left that were seen, with their numbers; those above 255 s are gathered, to 1 in 256.
  public var times: [(seconds: UInt32, count: Int)] { histogram.times }

  /// For how many seconds at the most some will still be outdated; 0 where none is.
  public var outdatedFor: UInt32 {
    guard let allowed, lastEnd > allowed.seconds else { return 0 }
    return lastEnd - allowed.seconds
  }
}

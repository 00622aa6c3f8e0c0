// SPDX-License-Identifier: Apache-2.0

public import IPVS

/// What setting the timeouts did, or would do.
public struct TimeoutsChange: Sendable, Hashable {
  /// The timeouts that were to be set.
  public let wanted: Timeouts
  /// What was read before.
  public let before: Timeouts
  /// What was read afterwards, or what would be after a dry run.
  public let after: Timeouts
  /// Whether nothing was sent.
  public let isDryRun: Bool

  /// A change with its parts.
  public init(wanted: Timeouts, before: Timeouts, after: Timeouts, isDryRun: Bool = false) {
    self.wanted = wanted
    self.before = before
    self.after = after
    self.isDryRun = isDryRun
  }

  /// Whether anything became, or would become, different.
  public var isChanged: Bool { before != after }

  /// Whether everything that was wanted is so.
  public var isAsWanted: Bool { after.isAsWanted(wanted) }

  /// What was wanted and is not so.
  public var drift: [Drift] { after.drift(from: wanted) }
}

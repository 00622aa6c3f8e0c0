// SPDX-License-Identifier: Apache-2.0

/// The timeouts before and after they were set, or as a dry run expects them.
public struct TimeoutsChange: Sendable, Hashable {
  /// The timeouts that were to be set.
  public let wanted: Timeouts
  /// The timeouts that were read before.
  public let before: Timeouts
  /// The timeouts that were read afterwards, or that a dry run expects.
  public let after: Timeouts
  /// Whether nothing was sent.
  public let isDryRun: Bool

  /// Creates a change.
  public init(wanted: Timeouts, before: Timeouts, after: Timeouts, isDryRun: Bool = false) {
    self.wanted = wanted
    self.before = before
    self.after = after
    self.isDryRun = isDryRun
  }

  /// Whether any timeout became, or would become, different.
  public var isChanged: Bool { before != after }

  /// Whether every timeout that was wanted is in force.
  public var isAsWanted: Bool { after.isAsWanted(wanted) }

  /// The timeouts that are not as wanted.
  public var drift: [Drift] { after.drift(from: wanted) }
}

/// One timeout that is not as wanted.
public struct Drift: Sendable, Hashable {
  /// Which timeout.
  public let name: Timeouts.Name
  /// What it is; `nil` where the kernel was built without that protocol.
  public let actual: Timeout?
  /// What was wanted.
  public let wanted: Timeout

  /// Creates a drift.
  public init(_ name: Timeouts.Name, actual: Timeout?, wanted: Timeout) {
    self.name = name
    self.actual = actual
    self.wanted = wanted
  }
}

extension Drift: CustomStringConvertible {
  /// The sentence for people: `tcp is 900 s, wanted 60 s`.
  public var description: String { sentence }

  /// See ``description``.
  package var sentence: String {
    "\(name.rawValue) is \(actual.map { "\($0.seconds) s" } ?? "not in this kernel"), wanted \(wanted.seconds) s"
  }
}

extension Timeouts {
  /// Whether these timeouts are as wanted; a timeout that is not named in `wanted` may be anything.
  package func isAsWanted(_ wanted: Timeouts) -> Bool { wanted.merging(self) == self }

  /// Where these timeouts are not as wanted; a timeout that is not named in `wanted` may be anything.
  public func drift(from wanted: Timeouts) -> [Drift] {
    Name.allCases.compactMap { name in
      guard let aim = wanted[name], aim != self[name] else { return nil }
      return Drift(name, actual: self[name], wanted: aim)
    }
  }
}

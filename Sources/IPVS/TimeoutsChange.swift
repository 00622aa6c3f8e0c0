// SPDX-License-Identifier: Apache-2.0

/// The timeouts before and after a change, or before and after a dry run as it predicts them.
public struct TimeoutsChange: Sendable, Hashable {
  /// The wanted timeouts; `nil` keeps a value.
  public let wanted: Timeouts
  /// The timeouts that were read before the change.
  public let before: Timeouts
  /// The timeouts that were read after the change, or that a dry run predicts.
  public let after: Timeouts
  /// Whether this is a dry run, which sends nothing.
  public let isDryRun: Bool

  /// Creates a change.
  public init(wanted: Timeouts, before: Timeouts, after: Timeouts, isDryRun: Bool = false) {
    self.wanted = wanted
    self.before = before
    self.after = after
    self.isDryRun = isDryRun
  }

  /// Whether any timeout changed, or would change.
  public var isChanged: Bool { before != after }

  /// Whether every wanted timeout is in force.
  public var isAsWanted: Bool { after.isAsWanted(wanted) }

  /// The timeouts that differ from the wanted ones; empty if all match.
  public var drift: [Drift] { after.drift(from: wanted) }
}

/// One timeout that differs from the wanted one.
public struct Drift: Sendable, Hashable {
  /// The name of the timeout.
  public let name: Timeouts.Name
  /// The value in the kernel; `nil` if the kernel was built without this protocol.
  public let actual: Timeout?
  /// The wanted value.
  public let wanted: Timeout

  /// Creates a drift.
  public init(_ name: Timeouts.Name, actual: Timeout?, wanted: Timeout) {
    self.name = name
    self.actual = actual
    self.wanted = wanted
  }
}

extension Drift: CustomStringConvertible {
  /// The difference as a sentence: `tcp is 900 s, wanted 60 s`.
  public var description: String { sentence }

  /// See ``description``.
  package var sentence: String {
    "\(name.rawValue) is \(actual.map { "\($0.seconds) s" } ?? "not in this kernel"), wanted \(wanted.seconds) s"
  }
}

extension Timeouts {
  /// Whether these timeouts match the wanted ones.
  ///
  /// A timeout that is `nil` in `wanted` matches any value.
  package func isAsWanted(_ wanted: Timeouts) -> Bool { wanted.merging(self) == self }

  /// The differences from the wanted timeouts.
  ///
  /// A timeout that is `nil` in `wanted` matches any value.
  public func drift(from wanted: Timeouts) -> [Drift] {
    Name.allCases.compactMap { name in
      guard let aim = wanted[name], aim != self[name] else { return nil }
      return Drift(name, actual: self[name], wanted: aim)
    }
  }
}

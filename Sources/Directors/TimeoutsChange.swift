// SPDX-License-Identifier: Apache-2.0

package import IPVS

/// What setting the timeouts did, or would do.
package struct TimeoutsChange: Sendable, Hashable {
  /// The timeouts that were to be set.
  package let wanted: Timeouts
  /// What was read before.
  package let before: Timeouts
  /// What was read afterwards, or what would be after a dry run.
  package let after: Timeouts
  /// Whether nothing was sent.
  package let isDryRun: Bool

  /// A change with its parts.
  package init(wanted: Timeouts, before: Timeouts, after: Timeouts, isDryRun: Bool = false) {
    self.wanted = wanted
    self.before = before
    self.after = after
    self.isDryRun = isDryRun
  }

  /// Whether anything became, or would become, different.
  package var isChanged: Bool { before != after }

  /// Whether everything that was wanted is so.
  package var isAsWanted: Bool { after.isAsWanted(wanted) }

  /// What was wanted and is not so.
  package var drift: [Drift] { after.drift(from: wanted) }
}

/// One timeout that is not as wanted.
package struct Drift: Sendable, Hashable {
  /// Which timeout.
  package let name: Timeouts.Name
  /// What it is; `nil` where the kernel was built without that protocol.
  package let actual: Timeout?
  /// What was wanted.
  package let wanted: Timeout

  /// A drift with its parts.
  package init(_ name: Timeouts.Name, actual: Timeout?, wanted: Timeout) {
    self.name = name
    self.actual = actual
    self.wanted = wanted
  }
}

extension Drift {
  /// What is and what was wanted, for people.
  package var sentence: String {
    "\(name.rawValue) is \(actual.map { "\($0.seconds) s" } ?? "not in this kernel"), wanted \(wanted.seconds) s"
  }
}

extension Timeouts {
  /// Whether these timeouts are as wanted; a timeout that is not named in `wanted` may be anything.
  package func isAsWanted(_ wanted: Timeouts) -> Bool { wanted.merging(self) == self }

  /// Where these timeouts are not as wanted; a timeout that is not named in `wanted` may be anything.
  package func drift(from wanted: Timeouts) -> [Drift] {
    Name.allCases.compactMap { name in
      guard let aim = wanted[name], aim != self[name] else { return nil }
      return Drift(name, actual: self[name], wanted: aim)
    }
  }
}

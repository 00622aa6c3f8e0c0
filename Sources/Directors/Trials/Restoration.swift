// SPDX-License-Identifier: Apache-2.0

package import IPVS

/// What is to be done at the end of a while for which timeouts were set.
///
/// Whatever somebody else has changed meanwhile is theirs, and stays.
package struct RollbackPlan: Sendable, Hashable {
  /// What is to be set.
  package let putBack: Timeouts
  /// What is now where somebody else has changed it; it is not touched.
  package let left: Timeouts

  /// What is to be done so that they are again as they were.
  ///
  /// - Parameters:
  ///   - before: What was before.
  ///   - set: What was set for a while; a timeout that is not named was not touched.
  ///   - now: What is.
  package init(before: Timeouts, set: Timeouts, now: Timeouts) {
    var putBack = Timeouts()
    var left = Timeouts()
    for name in Timeouts.Name.allCases {
      guard let value = set[name], now[name] != before[name] else { continue }
      if now[name] == value { putBack[name] = before[name] } else { left[name] = now[name] }
    }
    self.putBack = putBack
    self.left = left
  }

  /// What is to be done to keep what was set: nothing.
  ///
  /// - Parameters:
  ///   - set: What was set; a timeout that is not named was not touched.
  ///   - now: What is.
  package init(keeping set: Timeouts, now: Timeouts) {
    putBack = Timeouts()
    left = now.changes(from: set.merging(now))
  }
}

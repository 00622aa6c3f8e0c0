// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS

/// What has become of timeouts that were set for a while.
struct TrialEnd {
  /// What was before.
  let before: Timeouts
  /// What was meanwhile.
  let meanwhile: Timeouts
  /// What is.
  let after: Timeouts
  /// Whether they were to stay.
  let isKept: Bool
  /// What is where another program has changed it meanwhile, so that it was neither kept nor put back.
  let left: Timeouts

  /// Whether nothing has ever been different.
  var isUnchanged: Bool { before == meanwhile && meanwhile == after }

  /// What is left, and why.
  func sentence(_ name: Timeouts.Name, in place: String) -> String {
    func text(_ timeouts: Timeouts) -> String { timeouts[name].map { "\($0.seconds) s" } ?? "not there" }
    return "\(name.rawValue) in \(place) is left at \(text(after)): it was \(text(before)) and was set to"
      + " \(text(meanwhile)) here, but the command or another program has changed it since"
  }
}

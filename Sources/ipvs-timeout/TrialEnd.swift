// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS

/// What has become of timeouts that were set for a while.
struct TrialEnd {
  /// What was before.
  let before: Timeouts
  /// What was set.
  let meanwhile: Timeouts
  /// What was at the end of the while.
  let last: Timeouts
  /// What is.
  let after: Timeouts
  /// Whether they were to stay.
  let isKept: Bool
  /// What is where another program has changed it meanwhile, so that it was neither kept nor put back.
  let left: Timeouts

  /// What was done at the end, in a few words.
  var outcome: String {
    if before == meanwhile && meanwhile == last && last == after { return "unchanged" }
    guard isKept || last != after else { return left.names.isEmpty ? "as before" : "left as it is" }
    let others = left.names.isEmpty ? "" : ", but not \(left.names.map(\.rawValue).joined(separator: " "))"
    return (isKept ? "kept" : "put back") + others
  }

  /// What is no longer so, because it was kept or put back; `nil` where neither was done.
  var replaced: Timeouts? {
    let was = isKept ? before : last
    return was == after ? nil : was
  }

  /// What is left, and why.
  func sentence(_ name: Timeouts.Name, in place: String) -> String {
    func text(_ timeouts: Timeouts) -> String { timeouts[name].map { "\($0.seconds) s" } ?? "not there" }
    return "\(name.rawValue) in \(place) is left at \(text(left)): it was \(text(before)) and was set to"
      + " \(text(meanwhile)) here, but the command or another program has changed it since"
  }
}

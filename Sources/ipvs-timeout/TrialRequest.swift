// SPDX-License-Identifier: Apache-2.0

internal import IPVS

/// Timeouts that are to be set for a while, and what happens meanwhile.
struct TrialRequest: Hashable {
  let wanted: Timeouts
  let meanwhile: Meanwhile
  var isDryRun = false

  /// What happens while they are set, and what it decides.
  enum Meanwhile: Hashable {
    /// A command runs; they are kept if it succeeds in time.
    case trying([String], within: Duration?)
    /// Somebody is asked whether they are to be kept.
    case asking(within: Duration)
    /// A command runs; they are put back in any case.
    case running([String])

    /// The command of ours that this is.
    var name: String {
      switch self {
      case .trying, .asking: "try"
      case .running: "with"
      }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS

/// What there is to say about one director.
struct Report {
  /// What was done, with its result.
  enum Finding {
    /// The timeouts as they are.
    case timeouts(Timeouts)
    /// The timeouts were set, or would be.
    case change(TimeoutsChange)
    /// The timeouts were compared with what is wanted.
    case verdict(wanted: Timeouts, actual: Timeouts)
  }

  /// The network namespace; `host` is the one in which the program was started.
  let namespace = "host"
  let backend: BackendChoice
  let finding: Finding
}

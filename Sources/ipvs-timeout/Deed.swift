// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS

/// What is done with one director.
enum Deed: Hashable {
  /// Its timeouts are read.
  case show
  /// What is wanted is set, and read back.
  case set(isDryRun: Bool)
  /// What is wanted and not so is set, and read back.
  case correct(isDryRun: Bool)
  /// Its timeouts are compared with what is wanted.
  case verify

  /// Whether it changes anything.
  var isChanging: Bool {
    switch self {
    case .show, .verify: false
    case .set(let isDryRun), .correct(let isDryRun): !isDryRun
    }
  }

  /// Does it.
  func done(to director: borrowing Director, _ wanted: Timeouts) throws(BackendError) -> Report.Finding {
    switch self {
    case .show: .timeouts(try director.timeouts())
    case .set(let isDryRun): .change(try director.set(wanted, isDryRun: isDryRun))
    case .correct(let isDryRun): .change(try director.correct(wanted, isDryRun: isDryRun))
    case .verify: .verdict(wanted: wanted, actual: try director.timeouts())
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import Directors

/// One look at the facts about a director.
protocol DirectorCheck: Sendable {
  /// What its findings are called.
  var check: Check { get }

  /// What follows from the facts: at least one finding.
  ///
  /// - Throws: ``BackendError``, where a fact that it rests on could not be had.
  func findings(on facts: DirectorFacts) throws(BackendError) -> [Finding]
}

// SPDX-License-Identifier: Apache-2.0

internal import IPVS
internal import Text

extension RenewalReport {
  /// The result for people: `renewed 7 of 9 connections; 2 keep their timers (1 fixed-state, 1 template)`.
  ///
  /// - Parameter isDryRun: Whether it is a plan.
  /// - Returns: The sentence.
  func sentence(isDryRun: Bool) -> String {
    var parts = ["\(isDryRun ? "would renew" : "renewed") \(renewed) of \(count.counted("connection"))"]
    if isDryRun, let silentTooLong, silentTooLong > 0 {
      parts.append("\(silentTooLong) of them silent for longer than the new timeout")
    }
    if !isDryRun, outdated > 0 { parts.append("\(outdated) still on the old timer") }
    let keeping = kept.values.reduce(0, +)
    if keeping > 0 {
      let reasons = Reason.allCases.compactMap { reason in kept[reason].map { "\($0) \(reason.rawValue)" } }
      parts.append(
        "\(keeping) \(keeping == 1 ? "keeps its timer" : "keep their timers") (\(reasons.joined(separator: ", ")))")
    }
    if gone > 0 { parts.append("\(gone) ended or changed state at the same time") }
    if recreated > 0 { parts.append("\(recreated) had just ended, and will be removed within a second") }
    if isInterrupted { parts.append("a signal ended the renewal early, so these numbers are incomplete") }
    return parts.joined(separator: "; ")
  }

  /// Adds the numbers to an object for programs.
  func add(to object: inout JSONObject, isDryRun: Bool) {
    object.add("connections", .number(count))
    object.add("renewed", .number(renewed))
    object.add("silent_too_long", silentTooLong.map { .number($0) } ?? .null)
    object.add("outdated", .number(outdated))
    object.add("gone", .number(gone))
    object.add("recreated", .number(recreated))
    var reasons = JSONObject()
    for reason in Reason.allCases {
      reasons.add(reason.rawValue.replacingEach("-", with: "_"), .number(kept[reason] ?? 0))
    }
    object.add("kept", .object(reasons))
    object.add("dry_run", .boolean(isDryRun))
  }
}

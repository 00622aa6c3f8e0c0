// SPDX-License-Identifier: Apache-2.0

internal import Connections
internal import Directors
internal import IPVS
internal import Text

/// No connection is on a longer timer than the timeouts allow.
struct OutdatedCheck: DirectorCheck {
  let check = Check.outdated

  func findings(on facts: DirectorFacts) throws(BackendError) -> [Finding] {
    let summary = try facts.connections.get()
    return [outdated(summary, facts)] + foreign(summary, facts)
  }

  private func outdated(_ summary: ConnectionSummary, _ facts: DirectorFacts) -> Finding {
    guard summary.outdated > 0 else { return .ok(check, "no connection is outdated") }
    let counts: [String] = Timeouts.Name.allCases.compactMap { name in
      let count = summary.tallies.reduce(0) { $1.rule == .timeout(name) ? $0 + $1.outdated : $0 }
      return count > 0 ? "\(count) by \(name.rawValue)" : nil
    }
    let words = summary.outdated.counted("connection") + (summary.outdated == 1 ? " is" : " are")
    return .note(
      check,
      "\(words) still on a longer timer (\(counts.joined(separator: ", "))),"
        + " and the last ends in \(DurationText.text(summary.lastEnd))",
      so: "each takes today's timeout with its next packet; without one, it ends when its old timer does",
      cure: "ipvs-timeout connections --wait\(facts.option)")
  }

  private func foreign(_ summary: ConnectionSummary, _ facts: DirectorFacts) -> [Finding] {
    let count = summary.tallies.reduce(0) { $0 + $1.foreign }
    guard count > 0 else { return [] }
    return [
      .note(
        check, "\(count.counted("connection")) from the sync daemon \(count == 1 ? "is" : "are") on a longer timer",
        so: "their timers are those of the director that told of them, whose timeouts are longer",
        cure: "on that director: ipvs-timeout set \(facts.timeouts.values)")
    ]
  }
}

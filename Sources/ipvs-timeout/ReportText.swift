// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import Ipvsadm

extension Report {
  /// The lines for people.
  var text: String {
    switch finding {
    case .timeouts(let timeouts):
      "\(timeouts.line)\n"
    case .change(let change) where change.isDryRun:
      "\(change.before.line) (\(change.isChanged ? "would become \(change.after.values)" : "would stay so"))\n"
    case .change(let change):
      "\(change.after.line) (\(change.isChanged ? "was \(change.before.values)" : "unchanged"))\n"
    case .verdict(let wanted, let actual):
      verdict(actual, actual.drift(from: wanted))
    }
  }

  private func verdict(_ actual: Timeouts, _ drift: [Drift]) -> String {
    guard !drift.isEmpty else { return "\(actual.line) (as wanted)\n" }
    return drift.map { "\($0.sentence)\n" }.joined()
  }
}

extension Drift {
  /// What is and what was wanted.
  var sentence: String {
    "\(name.rawValue) is \(actual.map { "\($0.seconds) s" } ?? "not in this kernel"), wanted \(wanted.seconds) s"
  }
}

extension Timeouts {
  /// ipvsadm's line; `-` for a protocol that the kernel was built without.
  fileprivate var line: String { ipvsadmLine(absent: "-") }

  /// The three values alone.
  fileprivate var values: String {
    Name.allCases.map { self[$0].map { String($0.seconds) } ?? "-" }.joined(separator: " ")
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import Connections
internal import IPVS
internal import Text

extension ConnectionsReport {
  /// The table for people: a line for each state.
  var table: String {
    let tallies = summary.tallies
    guard !tallies.isEmpty else { return "no connections\n" }
    let rows = [["State", "Connections", "Time left: min", "median", "99 %", "max", "Ruled by"]] + tallies.map(\.cells)
    return TextTable(rows, isLeft: [0, 6]).text
  }
}

extension OutdatedConnection {
  /// The line for people.
  var line: String {
    "\(connection.transport.name) \(connection.client) -> \(connection.service) -> \(connection.server)"
      + " \(connection.state.name) \(DurationText.text(connection.secondsLeft)) left, \(name.rawValue) = \(allowed.seconds) s\n"
  }
}

extension ConnectionTally {
  /// What is counted, in a word or two.
  var label: String {
    let state = kind.state.name.printable
    let transport = kind.transport.name.printable
    if kind.isTemplate { return "\(state) (\(transport) template)" }
    return kind.transport == .tcp || state == transport ? state : "\(transport) \(state)"
  }

  fileprivate var cells: [String] {
    [label, String(count)]
      + [shortest, secondsLeft(percent: 50), secondsLeft(percent: 99), longest].map(DurationText.text) + [ruling]
  }

  /// What rules them, and what is outdated.
  private var ruling: String {
    switch rule {
    case .timeout(let name):
      guard let allowed else { return "\(name.rawValue), which this kernel lacks" }
      return "\(name.rawValue) = \(allowed.seconds) s"
        + (outdated > 0 ? "; \(outdated) outdated, the last ends in \(DurationText.text(lastEnd))" : "")
        + (foreign > 0 ? "; \(foreign) longer, as another director's sync daemon says" : "")
    case .fixed(let seconds): return "fixed by the kernel at \(seconds) s; no setting changes it"
    case .kernel: return "the kernel's own table; no setting changes it"
    case .service: return "how long the service is persistent (ipvsadm -p)"
    case .unknown: return "not known here; none of the three timeouts"
    }
  }
}

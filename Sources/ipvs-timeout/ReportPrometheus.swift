// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS

extension Report {
  /// Metrics for node_exporter's textfile collector.
  var prometheus: String {
    switch finding {
    case .timeouts(let timeouts):
      return seconds(timeouts)
    case .change(let change):
      return seconds(change.isDryRun ? change.before : change.after)
    case .verdict(let wanted, let actual):
      let named = Timeouts.Name.allCases.filter { wanted[$0] != nil }
      let drifted = Set(actual.drift(from: wanted).map(\.name))
      return seconds(actual)
        + metric(
          "ipvs_timeout_drift", "Whether the timeout differs from the wanted one.",
          named.map { ($0, drifted.contains($0) ? "1" : "0") })
    }
  }

  private func seconds(_ timeouts: Timeouts) -> String {
    metric(
      "ipvs_timeout_seconds", "IPVS connection timeout.",
      Timeouts.Name.allCases.compactMap { name in timeouts[name].map { (name, String($0.seconds)) } })
  }

  private func metric(_ name: String, _ help: String, _ samples: [(label: Timeouts.Name, value: String)]) -> String {
    samples.reduce(into: "# HELP \(name) \(help)\n# TYPE \(name) gauge\n") { text, sample in
      text += "\(name){netns=\"\(namespace)\",timeout=\"\(sample.label.rawValue)\"} \(sample.value)\n"
    }
  }
}

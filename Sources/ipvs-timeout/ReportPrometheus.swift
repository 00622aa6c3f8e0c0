// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import Text

extension [Report] {
  /// Metrics for node_exporter's textfile collector; all samples of one stand together.
  var prometheus: String {
    let verdicts = filter { if case .verdict = $0.finding { true } else { false } }
    return metric("ipvs_timeout_seconds", "IPVS connection timeout.", flatMap(\.seconds))
      + (verdicts.isEmpty
        ? ""
        : metric("ipvs_timeout_drift", "Whether the timeout differs from the wanted one.", verdicts.flatMap(\.drifts)))
  }

  private func metric(_ name: String, _ help: String, _ samples: [Report.Sample]) -> String {
    samples.reduce(into: "# HELP \(name) \(help)\n# TYPE \(name) gauge\n") { text, sample in
      text += "\(name){netns=\"\(sample.namespace)\",timeout=\"\(sample.timeout.rawValue)\"} \(sample.value)\n"
    }
  }
}

extension Report {
  fileprivate struct Sample {
    let namespace: String
    let timeout: Timeouts.Name
    let value: String
  }

  fileprivate var seconds: [Sample] {
    let timeouts =
      switch finding {
      case .timeouts(let timeouts): timeouts
      case .change(let change): change.isDryRun ? change.before : change.after
      case .verdict(_, let actual): actual
      }
    return Timeouts.Name.allCases.compactMap { name in timeouts[name].map { sample(name, String($0.seconds)) } }
  }

  fileprivate var drifts: [Sample] {
    guard case .verdict(let wanted, let actual) = finding else { return [] }
    let drifted = Set(actual.drift(from: wanted).map(\.name))
    return Timeouts.Name.allCases.filter { wanted[$0] != nil }.map { sample($0, drifted.contains($0) ? "1" : "0") }
  }

  private func sample(_ timeout: Timeouts.Name, _ value: String) -> Sample {
    Sample(namespace: namespace.metricLabel, timeout: timeout, value: value)
  }
}

extension String {
  /// The text as the value of a label, in which a backslash and a quotation mark are escaped.
  var metricLabel: String {
    printable.reduce(into: "") { text, character in
      if character == "\\" || character == "\"" { text.append("\\") }
      text.append(character)
    }
  }
}

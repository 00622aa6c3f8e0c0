// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import Text

extension [TimeoutsReport] {
  /// Metrics for node_exporter's textfile collector, which wants all samples of one metric together.
  var prometheus: String {
    let reports = labelled
    let isComparison = contains { if case .comparison = $0.content { true } else { false } }
    return metric("ipvs_timeout_seconds", "IPVS connection timeout.", reports.flatMap { $0.report.seconds($0.label) })
      + (isComparison
        ? metric(
          "ipvs_timeout_drift", "Whether the timeout differs from the wanted one.",
          reports.flatMap { $0.report.drifts($0.label) })
        : "")
      + upMetric(
        "ipvs_timeout_up", "Whether the timeouts could be read.", reports.map { ($0.label, !$0.report.isOfFailure) })
  }

  /// The last report on each namespace, with a unique label: the collector rejects a file with a sample twice.
  private var labelled: [(report: TimeoutsReport, label: String)] {
    // One report, the usual case, needs none of the sets and dictionaries, which cost more than all the rest.
    if count == 1, let report = first, case .renewal = report.content { return [] }
    if count == 1, let report = first { return [(report, report.metricName.metricLabel)] }
    let timeouts = indices.filter { if case .renewal = self[$0].content { false } else { true } }
    let last = Dictionary(timeouts.map { (self[$0].target?.namespace, $0) }, uniquingKeysWith: { $1 })
    var labels = MetricLabels()
    return last.values.sorted().map { (self[$0], labels.label(for: self[$0].metricName)) }
  }

  private func metric(_ name: String, _ help: String, _ samples: [TimeoutsReport.Sample]) -> String {
    samples.reduce(into: "# HELP \(name) \(help)\n# TYPE \(name) gauge\n") { text, sample in
      text += "\(name){netns=\"\(sample.label)\",timeout=\"\(sample.timeout.rawValue)\"} \(sample.value)\n"
    }
  }
}

extension TimeoutsReport {
  /// The name of the network namespace for metrics.
  fileprivate var metricName: String { target?.metricName ?? namespace }

  fileprivate struct Sample {
    let label: String
    let timeout: Timeouts.Name
    let value: String
  }

  fileprivate func seconds(_ label: String) -> [Sample] {
    Timeouts.Name.allCases.compactMap { name in
      timeouts[name].map { Sample(label: label, timeout: name, value: String($0.seconds)) }
    }
  }

  fileprivate func drifts(_ label: String) -> [Sample] {
    guard case .comparison(let wanted, let actual) = content else { return [] }
    let drifted = Set(actual.drift(from: wanted).map(\.name))
    return Timeouts.Name.allCases.filter { wanted[$0] != nil }.map {
      Sample(label: label, timeout: $0, value: drifted.contains($0) ? "1" : "0")
    }
  }
}

/// A metric that is 1 for each namespace that answered, and 0 for each that failed.
private func upMetric(_ name: String, _ help: String, _ samples: [(label: String, isUp: Bool)]) -> String {
  samples.reduce(into: "# HELP \(name) \(help)\n# TYPE \(name) gauge\n") { text, sample in
    text += "\(name){netns=\"\(sample.label)\"} \(sample.isUp ? 1 : 0)\n"
  }
}

/// Labels for namespaces; each label is unique.
struct MetricLabels {
  private var given: Set<String> = []

  /// A label that no other namespace has got.
  mutating func label(for namespace: String) -> String {
    let name = namespace.metricLabel
    var label = name
    var number = 1
    while !given.insert(label).inserted {
      number += 1
      label = "\(name) (\(number))"
    }
    return label
  }
}

extension String {
  /// The text as the value of a label, with backslashes and quotation marks escaped.
  ///
  /// It works scalar by scalar: a quotation mark with an accent is another character, but still ends the value.
  var metricLabel: String {
    printable.unicodeScalars.reduce(into: "") { text, scalar in
      if scalar == "\\" || scalar == "\"" { text.unicodeScalars.append("\\") }
      text.unicodeScalars.append(scalar)
    }
  }
}

/// Metrics for node_exporter's textfile collector, which wants all samples of one metric together.
struct ConnectionsMetrics {
  private var counts = ""
  private var outdated = ""
  private var up: [(label: String, isUp: Bool)] = []
  private var namespaces = MetricLabels()

  /// Adds the samples of a namespace.
  mutating func add(_ report: ConnectionsReport) {
    let namespace = namespaces.label(for: report.target.metricName)
    up.append((namespace, true))
    for tally in report.summary.tallies {
      let labels =
        "{netns=\"\(namespace)\",protocol=\"\(tally.kind.transport.rawValue.metricLabel)\","
        + "state=\"\(tally.kind.state.rawValue.metricLabel)\",template=\"\(tally.kind.isTemplate ? 1 : 0)\"}"
      counts += "ipvs_timeout_connections\(labels) \(tally.count)\n"
      if tally.limit != nil { outdated += "ipvs_timeout_connections_outdated\(labels) \(tally.outdated)\n" }
    }
  }

  /// Adds a namespace whose connections could not be read.
  mutating func add(_ failure: NamespaceFailure) {
    up.append((namespaces.label(for: failure.target.metricName), false))
  }

  /// All metrics.
  var text: String {
    """
    # HELP ipvs_timeout_connections Entries in the IPVS connection table.
    # TYPE ipvs_timeout_connections gauge
    \(counts)# HELP ipvs_timeout_connections_outdated Connections whose timer is longer than the timeout allows.
    # TYPE ipvs_timeout_connections_outdated gauge
    \(outdated)
    """ + upMetric("ipvs_timeout_connections_up", "Whether the connections could be read.", up)
  }
}

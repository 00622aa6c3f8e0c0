// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import Text

extension TimeoutsReport {
  /// Appends the metrics of one report, the usual case: it needs no sets and dictionaries, which cost more than all the
  /// rest.
  func appendMetrics(to text: inout TextBuffer) {
    guard !isOfRenewal else { return Metric.appendHeadings(to: &text) }
    let label = metricName.metricLabel
    Metric.seconds.appendHeading(to: &text)
    appendSeconds(label, to: &text)
    if isOfComparison {
      Metric.drift.appendHeading(to: &text)
      appendDrift(label, to: &text)
    }
    Metric.up.appendHeading(to: &text)
    appendUp(label, to: &text)
  }
}

extension [TimeoutsReport] {
  /// Appends metrics for node_exporter's textfile collector, which wants all samples of one metric together.
  func appendMetrics(to text: inout TextBuffer) {
    let reports = labelled
    Metric.seconds.appendHeading(to: &text)
    for (report, label) in reports { report.appendSeconds(label, to: &text) }
    if contains(where: \.isOfComparison) {
      Metric.drift.appendHeading(to: &text)
      for (report, label) in reports { report.appendDrift(label, to: &text) }
    }
    Metric.up.appendHeading(to: &text)
    for (report, label) in reports { report.appendUp(label, to: &text) }
  }

  /// The last report on each namespace, with a unique label: the collector rejects a file with a sample twice.
  private var labelled: [(report: TimeoutsReport, label: String)] {
    let timeouts = indices.filter { !self[$0].isOfRenewal }
    let last = Dictionary(timeouts.map { (self[$0].target?.namespace, $0) }, uniquingKeysWith: { $1 })
    var labels = MetricLabels()
    return last.values.sorted().map { (self[$0], labels.label(for: self[$0].metricName)) }
  }
}

/// A metric of timeouts.
private enum Metric {
  case seconds
  case drift
  case up

  private var name: StaticString {
    switch self {
    case .seconds: "ipvs_timeout_seconds"
    case .drift: "ipvs_timeout_drift"
    case .up: "ipvs_timeout_up"
    }
  }

  private var help: StaticString {
    switch self {
    case .seconds: "IPVS connection timeout."
    case .drift: "Whether the timeout differs from the wanted one."
    case .up: "Whether the timeouts could be read."
    }
  }

  func appendHeading(to text: inout TextBuffer) {
    text.append("# HELP ")
    text.append(name)
    text.append(" ")
    text.append(help)
    text.append("\n# TYPE ")
    text.append(name)
    text.append(" gauge\n")
  }

  /// Appends what there is to say without a report.
  static func appendHeadings(to text: inout TextBuffer) {
    seconds.appendHeading(to: &text)
    up.appendHeading(to: &text)
  }

  func appendSample(_ label: String, _ timeout: Timeouts.Name?, _ value: UInt32, to text: inout TextBuffer) {
    text.append(name)
    text.append("{netns=\"")
    text.append(label)
    if let timeout {
      text.append("\",timeout=\"")
      text.append(timeout.rawValue)
    }
    text.append("\"} ")
    text.append(value)
    text.append("\n")
  }
}

extension TimeoutsReport {
  /// The name of the network namespace for metrics.
  fileprivate var metricName: String { target?.metricName ?? namespace }

  fileprivate var isOfRenewal: Bool {
    if case .renewal = content { true } else { false }
  }

  fileprivate var isOfComparison: Bool {
    if case .comparison = content { true } else { false }
  }

  fileprivate func appendSeconds(_ label: String, to text: inout TextBuffer) {
    let timeouts = timeouts
    if let tcp = timeouts.tcp { Metric.seconds.appendSample(label, .tcp, tcp.seconds, to: &text) }
    if let tcpFin = timeouts.tcpFin { Metric.seconds.appendSample(label, .tcpFin, tcpFin.seconds, to: &text) }
    if let udp = timeouts.udp { Metric.seconds.appendSample(label, .udp, udp.seconds, to: &text) }
  }

  fileprivate func appendDrift(_ label: String, to text: inout TextBuffer) {
    guard case .comparison(let wanted, let actual) = content else { return }
    let drifted = Set(actual.drift(from: wanted).map(\.name))
    for name in Timeouts.Name.allCases where wanted[name] != nil {
      Metric.drift.appendSample(label, name, drifted.contains(name) ? 1 : 0, to: &text)
    }
  }

  fileprivate func appendUp(_ label: String, to text: inout TextBuffer) {
    Metric.up.appendSample(label, nil, isOfFailure ? 0 : 1, to: &text)
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
    let plain = printable
    if !plain.utf8.contains(where: { $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: "\"") }) { return plain }
    return plain.unicodeScalars.reduce(into: "") { text, scalar in
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

// SPDX-License-Identifier: Apache-2.0

internal import Text

/// The formats of a command whose result is more than timeouts.
enum TextFormat: String, CaseIterable, Sendable {
  /// Lines for people.
  case text
  /// JSON Lines: one object on each line.
  case json
}

/// The formats of a command whose result a monitoring system can read, too.
enum MetricFormat: String, CaseIterable, Sendable {
  /// Lines for people.
  case text
  /// JSON Lines: one object on each line.
  case json
  /// The Prometheus text exposition format.
  case prometheus
}

/// The formats of timeouts.
enum TimeoutsFormat: String, CaseIterable, Sendable {
  /// Lines for people, in the form of ipvsadm's line.
  case text
  /// JSON Lines: one object on each line.
  case json
  /// The Prometheus text exposition format.
  case prometheus
  /// A line for a file that `ipvsadm -R` reads.
  case rules

  /// The same format for timeouts.
  init(_ format: TextFormat) {
    switch format {
    case .text: self = .text
    case .json: self = .json
    }
  }

  /// The same format for timeouts.
  init(_ format: MetricFormat) {
    switch format {
    case .text: self = .text
    case .json: self = .json
    case .prometheus: self = .prometheus
    }
  }
}

extension TextFormat {
  /// The same format; `nil` for a format that only monitoring systems read.
  init?(_ format: MetricFormat) {
    switch format {
    case .text: self = .text
    case .json: self = .json
    case .prometheus: return nil
    }
  }
}

extension TimeoutsFormat {
  /// The format of this name; `nil` if there is none.
  ///
  /// The same as `init(rawValue:)`, which would look up the metadata of an array.
  init?(named name: String) {
    if name == TimeoutsFormat.text.rawValue {
      self = .text
    } else if name == TimeoutsFormat.json.rawValue {
      self = .json
    } else if name == TimeoutsFormat.prometheus.rawValue {
      self = .prometheus
    } else if name == TimeoutsFormat.rules.rawValue {
      self = .rules
    } else {
      return nil
    }
  }

  /// Whether reports can be written one after another.
  ///
  /// If not, all are written together at the end.
  var isWrittenInPieces: Bool {
    switch self {
    case .text, .json, .rules: true
    case .prometheus: false
    }
  }

  /// Whether the format can name several namespaces.
  var namesNamespaces: Bool {
    switch self {
    case .text, .json, .prometheus: true
    case .rules: false
    }
  }

  /// Renders one report, without an array, which the most used commands must not need.
  func render(_ report: TimeoutsReport) -> TextBuffer {
    var text = TextBuffer()
    switch self {
    case .text: report.appendText(to: &text)
    case .json: text.append(report.json)
    case .prometheus: report.appendMetrics(to: &text)
    case .rules: report.appendRules(to: &text)
    }
    return text
  }

  /// Renders reports, one after another.
  func render(_ reports: [TimeoutsReport]) -> TextBuffer {
    var text = TextBuffer()
    switch self {
    case .text: for report in reports { report.appendText(to: &text) }
    case .json: for report in reports { text.append(report.json) }
    case .prometheus: reports.appendMetrics(to: &text)
    case .rules: for report in reports { report.appendRules(to: &text) }
    }
    return text
  }
}

/// How to write reports of timeouts.
struct TimeoutsOutput: Hashable {
  var format = TimeoutsFormat.text
  var isQuiet = false
  /// Whether to write only reports of changes and failures.
  var isChangedOnly = false

  /// Writes a report to standard output.
  ///
  /// - Throws: ``Failure``, when it cannot be written.
  func print(_ report: TimeoutsReport) throws(Failure) {
    guard isShown(report) else { return }
    if format == .rules { report.reportRulesRemark() }
    try StandardStreams.print(format.render(report))
  }

  /// Writes reports to standard output, together.
  ///
  /// - Throws: ``Failure``, when they cannot be written.
  func print(_ reports: [TimeoutsReport]) throws(Failure) {
    let shown = reports.filter(isShown)
    guard !shown.isEmpty else { return }
    if format == .rules { for report in shown { report.reportRulesRemark() } }
    try StandardStreams.print(format.render(shown))
  }

  private func isShown(_ report: TimeoutsReport) -> Bool {
    !isQuiet && (!isChangedOnly || report.isChanged || report.isOfFailure)
  }
}

extension TimeoutsReport {
  /// Reports what the line for `ipvsadm -R` leaves out.
  @inline(never)
  fileprivate func reportRulesRemark() {
    if let rulesRemark { StandardStreams.report("ipvs-timeout: \(rulesRemark)") }
  }
}

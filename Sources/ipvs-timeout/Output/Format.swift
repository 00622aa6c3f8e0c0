// SPDX-License-Identifier: Apache-2.0

internal import Text

/// How a command writes a result that is not only timeouts.
enum TextFormat: String, CaseIterable, Sendable {
  /// Lines for people.
  case text
  /// One JSON object a line.
  case json
}

/// How a command writes a result that a monitoring system can read, too.
enum MetricFormat: String, CaseIterable, Sendable {
  /// Lines for people.
  case text
  /// One JSON object a line.
  case json
  /// The Prometheus text exposition format.
  case prometheus
}

/// How a command writes timeouts.
enum TimeoutsFormat: String, CaseIterable, Sendable {
  /// Lines for people, the first as ipvsadm prints it.
  case text
  /// One JSON object a line.
  case json
  /// The Prometheus text exposition format.
  case prometheus
  /// A line for a file that `ipvsadm -R` reads.
  case rules

  /// The same format, as every command that writes timeouts has it.
  init(_ format: TextFormat) {
    switch format {
    case .text: self = .text
    case .json: self = .json
    }
  }

  /// The same format, as every command that writes timeouts has it.
  init(_ format: MetricFormat) {
    switch format {
    case .text: self = .text
    case .json: self = .json
    case .prometheus: self = .prometheus
    }
  }
}

extension TextFormat {
  /// The same format; `nil` for one that only monitoring systems read.
  init?(_ format: MetricFormat) {
    switch format {
    case .text: self = .text
    case .json: self = .json
    case .prometheus: return nil
    }
  }
}

extension TimeoutsFormat {
  /// Whether reports can be written one after another; else all are written together, at the end.
  var isWrittenInPieces: Bool {
    switch self {
    case .text, .json, .rules: true
    case .prometheus: false
    }
  }

  /// Whether what is written can be about several namespaces.
  var namesNamespaces: Bool {
    switch self {
    case .text, .json, .prometheus: true
    case .rules: false
    }
  }

  /// Renders one report; the most used commands need no array.
  func render(_ report: TimeoutsReport) -> TextBuffer {
    if self != .text { return render([report]) }
    var text = TextBuffer()
    report.appendText(to: &text)
    return text
  }

  /// Renders reports, one after another.
  func render(_ reports: [TimeoutsReport]) -> TextBuffer {
    var text = TextBuffer()
    switch self {
    case .text: for report in reports { report.appendText(to: &text) }
    case .json: for report in reports { text.append(report.json) }
    case .prometheus: text.append(reports.prometheus)
    case .rules: for report in reports { report.appendRules(to: &text) }
    }
    return text
  }
}

/// How to write reports of timeouts.
struct TimeoutsOutput: Hashable {
  var format = TimeoutsFormat.text
  var isQuiet = false
  /// Whether to write only reports of what has changed.
  var isChangedOnly = false

  /// Writes a report to standard output.
  ///
  /// - Throws: ``Failure``, when it cannot be written.
  func print(_ report: TimeoutsReport) throws(Failure) {
    guard isShown(report) else { return }
    try StandardStreams.print(format.render(report))
  }

  /// Writes reports to standard output, together.
  ///
  /// - Throws: ``Failure``, when they cannot be written.
  func print(_ reports: [TimeoutsReport]) throws(Failure) {
    let shown = reports.filter(isShown)
    guard !shown.isEmpty else { return }
    try StandardStreams.print(format.render(shown))
  }

  private func isShown(_ report: TimeoutsReport) -> Bool { !isQuiet && (!isChangedOnly || report.isChanged) }
}

// SPDX-License-Identifier: Apache-2.0

internal import Text

/// How a result is written.
enum Format: String, CaseIterable, Sendable {
  /// Lines for people, the first as ipvsadm prints it.
  case text
  /// One JSON object on one line.
  case json
  /// The Prometheus text exposition format.
  case prometheus

  /// A line for a file that `ipvsadm -R` takes; of `show` only.
  case rules

  /// Writes a report.
  func render(_ report: Report) -> TextBuffer {
    if self != .text { return render([report]) }
    var text = TextBuffer()
    report.appendText(to: &text)
    return text
  }

  /// Writes reports, one after another.
  func render(_ reports: [Report]) -> TextBuffer {
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

extension Invocation.Output {
  /// Writes a report to standard output.
  ///
  /// - Throws: ``Failure``, when it cannot be written.
  func print(_ report: Report) throws(Failure) {
    guard isShown(report) else { return }
    try StandardStreams.print(format.render(report))
  }

  /// Writes reports to standard output, together.
  ///
  /// - Throws: ``Failure``, when they cannot be written.
  func print(_ reports: [Report]) throws(Failure) {
    let shown = reports.filter(isShown)
    guard !shown.isEmpty else { return }
    try StandardStreams.print(format.render(shown))
  }

  private func isShown(_ report: Report) -> Bool { !isQuiet && (!isChangedOnly || report.isChanged) }
}

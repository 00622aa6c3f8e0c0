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

  /// Writes a report.
  func render(_ report: Report) -> TextBuffer {
    var text = TextBuffer()
    switch self {
    case .text: report.appendText(to: &text)
    case .json: text.append(report.json)
    case .prometheus: text.append(report.prometheus)
    }
    return text
  }
}

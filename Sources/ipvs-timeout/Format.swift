// SPDX-License-Identifier: Apache-2.0

/// How a result is written.
enum Format: String, CaseIterable, Sendable {
  /// Lines for people, the first as ipvsadm prints it.
  case text
  /// One JSON object on one line.
  case json
  /// The Prometheus text exposition format.
  case prometheus

  /// Writes a report.
  func render(_ report: Report) -> String {
    switch self {
    case .text: report.text
    case .json: report.json
    case .prometheus: report.prometheus
    }
  }
}

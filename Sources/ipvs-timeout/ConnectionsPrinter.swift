// SPDX-License-Identifier: Apache-2.0

internal import Connections
internal import Text

/// Writes what was found about connections to standard output, in pieces that are worth a write.
struct ConnectionsPrinter: ~Copyable {
  private let output: Invocation.Output
  private let isNamed: Bool
  private let style: ConnectionsPicture.Style?
  private var held = TextBuffer()
  private var lines = 0
  private var isFirst = true
  private var metrics = ConnectionsMetrics()
  private var failure: Failure?

  /// A printer that says the name of each namespace where somebody has named some.
  init(_ output: Invocation.Output, isNamed: Bool) {
    self.output = output
    self.isNamed = isNamed
    style = output.format == .text ? ConnectionsPicture.style : nil
  }

  /// Whether what was written last could not be written.
  var isBroken: Bool { failure != nil }

  /// Writes a summary.
  mutating func add(_ report: ConnectionsReport) {
    switch output.format {
    case .json: append(report.json)
    case .prometheus: metrics.add(report)
    case .text, .rules:
      let heading = isNamed ? (isFirst ? "" : "\n") + "\(report.place.name.printable):\n" : ""
      let picture = style.map { ConnectionsPicture.lines(report.summary.tallies, $0) } ?? ""
      append(heading + report.table + picture)
    }
    isFirst = false
  }

  /// Writes an outdated connection.
  mutating func add(_ connection: OutdatedConnection) {
    append(
      output.format == .json
        ? connection.json : (isNamed ? "\(connection.place.name.printable): " : "") + connection.line)
  }

  /// Writes what is left to write.
  ///
  /// - Throws: ``Failure``, when something could not be written.
  consuming func finish() throws(Failure) {
    if output.format == .prometheus { append(metrics.text) }
    flush()
    if let failure { throw failure }
  }

  private mutating func append(_ text: String) {
    guard !output.isQuiet else { return }
    held.append(text)
    lines += 1
    if lines >= 500 { flush() }
  }

  private mutating func flush() {
    guard failure == nil, lines > 0 else { return }
    do throws(Failure) { try StandardStreams.print(held) } catch { failure = error }
    held = TextBuffer()
    lines = 0
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import IPVS
internal import Text

/// Writes reports on connections to standard output, many lines with one write.
struct ConnectionsPrinter: ~Copyable {
  private let result: ConnectionsRequest.Result
  private let isQuiet: Bool
  private let showsNames: Bool
  private let style: ConnectionsPicture.Style?
  private var held = TextBuffer()
  private var lines = 0
  private var isFirst = true
  private var metrics = ConnectionsMetrics()
  private var failure: Failure?

  /// A printer of one kind of result.
  ///
  /// - Parameters:
  ///   - result: The kind of result, and its format.
  ///   - isQuiet: Whether to print nothing.
  ///   - showsNames: Whether to print the name of each namespace.
  init(_ result: ConnectionsRequest.Result, isQuiet: Bool, showsNames: Bool) {
    self.result = result
    self.isQuiet = isQuiet
    self.showsNames = showsNames
    style = result == .summary(.text) ? ConnectionsPicture.style : nil
  }

  /// Whether a write has failed.
  var isBroken: Bool { failure != nil }

  /// Writes a summary.
  mutating func add(_ report: ConnectionsReport) {
    guard case .summary(let format) = result else { preconditionFailure("this printer lists connections") }
    switch format {
    case .text:
      var text = TextBuffer()
      if showsNames {
        text.append(isFirst ? "" : "\n")
        text.append(report.target.name.printable)
        text.append(":\n")
      }
      text.append(report.table)
      if let style { text.append(ConnectionsPicture.lines(report.summary.tallies, style)) }
      append(text)
    case .json: append(report.json)
    case .prometheus: metrics.add(report)
    }
    isFirst = false
  }

  /// Writes an outdated connection.
  mutating func add(_ connection: OutdatedConnection) {
    guard case .outdated(let format) = result else { preconditionFailure("this printer summarizes connections") }
    switch format {
    case .text: append((showsNames ? "\(connection.target.name.printable): " : "") + connection.line)
    case .json: append(connection.json)
    }
  }

  /// Writes the failures for programs; people read them on standard error.
  mutating func add(_ failures: [NamespaceFailure]) {
    for failure in failures {
      switch result {
      case .summary(.text), .outdated(.text): break
      case .summary(.json), .outdated(.json): append(failure.json)
      case .summary(.prometheus): metrics.add(failure)
      }
    }
  }

  /// Writes the rest.
  ///
  /// - Throws: ``Failure``, when something could not be written.
  consuming func finish() throws(Failure) {
    if result == .summary(.prometheus) { append(metrics.text) }
    flush()
    if let failure { throw failure }
  }

  private mutating func append(_ string: String) {
    var text = TextBuffer()
    text.append(string)
    append(text)
  }

  private mutating func append(_ text: borrowing TextBuffer) {
    guard !isQuiet else { return }
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

/// The distribution of the time left as a line of bars for each state, for people on a terminal.
enum ConnectionsPicture {
  /// The number of bars in a line.
  private static let width = 40

  /// The characters for the bars, from none to the highest.
  enum Style: String {
    case blocks = " ▁▂▃▄▅▆▇█"
    case ascii = " .:-=+*#%@"
  }

  /// The style for this terminal; `nil` if standard output is not a terminal, so that no picture is drawn.
  static var style: Style? { isatty(STDOUT_FILENO) == 1 ? style { getenv($0).map { String(cString: $0) } } : nil }

  /// The style for an environment: blocks only if the locale has them and nothing asks for a plain style.
  static func style(_ variable: (String) -> String?) -> Style {
    let isPlain = variable("NO_COLOR")?.isEmpty == false || ["dumb", nil].contains(variable("TERM"))
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap(variable).first { !$0.isEmpty } ?? ""
    let encoding = locale.split(separator: ".").last?.lowercased() ?? ""
    return !isPlain && (encoding.hasPrefix("utf-8") || encoding.hasPrefix("utf8")) ? .blocks : .ascii
  }

  /// The lines for these states.
  ///
  /// Each has its own scale, from 0 to the longest time left or the timeout.
  static func lines(_ tallies: [ConnectionTally], _ style: Style) -> String {
    let shown = tallies.filter { $0.longest > 0 }
    guard !shown.isEmpty else { return "" }
    let width = shown.map(\.label.count).max() ?? 0
    let isMarked = shown.contains { $0.limit != nil }
    return "\nTime left\(isMarked ? "; | is the timeout, right of it is outdated" : "")\n"
      + shown.map { tally in
        tally.label + String(repeating: " ", count: width - tally.label.count) + "  0 \(bars(tally, style))"
          + " \(DurationText.text(end(of: tally)))\n"
      }.joined()
  }

  private static func end(of tally: ConnectionTally) -> UInt32 { max(tally.longest, tally.limit?.seconds ?? 0) }

  private static func bars(_ tally: ConnectionTally, _ style: Style) -> String {
    let end = Double(end(of: tally))
    func column(_ seconds: UInt32) -> Int { min(width - 1, Int(Double(seconds) / end * Double(width))) }
    var counts = [Int](repeating: 0, count: width)
    for (seconds, count) in tally.times { counts[column(seconds)] += count }
    let largest = counts.max() ?? 0
    let levels = Array(style.rawValue)
    var text = counts.map { count in
      // A single connection is still visible.
      String(levels[count == 0 ? 0 : max(1, count * (levels.count - 1) / largest)])
    }
    if let allowed = tally.limit { text[column(allowed.seconds)] += "|" }
    return text.joined()
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// How a report for people may look on standard output.
struct OutputStyle: Hashable {
  /// The longest line of a report, however wide the terminal is.
  static let longestLine = 100

  /// How many columns a line may have.
  var width = longestLine
  /// Whether words may be coloured or bold.
  var isColored = false

  /// A report for a file, a pipe or a test.
  static let plain = OutputStyle()

  /// The style for standard output.
  static var standardOutput: OutputStyle {
    guard isatty(STDOUT_FILENO) == 1 else { return plain }
    var size = winsize()
    let isKnown = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0
    return terminal(columns: isKnown ? Int(size.ws_col) : 0) { getenv($0).map { String(cString: $0) } }
  }

  /// The style for a terminal.
  ///
  /// - Parameters:
  ///   - columns: Its width; 0 where it does not say.
  ///   - variable: The value of an environment variable.
  /// - Returns: At most 100 columns; colour unless `NO_COLOR` is set or the terminal is a dumb one.
  static func terminal(columns: Int, _ variable: (String) -> String?) -> OutputStyle {
    let isDumb = ["dumb", "", nil].contains(variable("TERM"))
    let refusesColor = variable("NO_COLOR")?.isEmpty == false
    return OutputStyle(
      width: columns > 0 ? min(columns, longestLine) : 80, isColored: !isDumb && !refusesColor)
  }
}

extension OutputStyle {
  /// What makes a word stand out.
  enum Emphasis: String {
    case bold = "1"
    case red = "1;31"
    case yellow = "1;33"
  }

  /// A text with emphasis, where the terminal has it.
  func text(_ text: String, _ emphasis: Emphasis?) -> String {
    guard isColored, let emphasis else { return text }
    return "\u{1B}[\(emphasis.rawValue)m\(text)\u{1B}[0m"
  }
}

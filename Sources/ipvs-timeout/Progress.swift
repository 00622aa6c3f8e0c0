// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// A bar on the terminal that standard error is, for work that takes more than a second; elsewhere nothing.
struct Progress {
  private static let width = 30

  private let total: Int
  private let isOnTerminal: Bool
  private var next = ContinuousClock.now + .seconds(1)
  private var isVisible = false

  /// A bar for so many pieces of work.
  init(of total: Int) {
    self.total = total
    isOnTerminal = Progress.isPossible
  }

  /// Whether standard error is a terminal on which a bar can be drawn.
  static var isPossible: Bool {
    isatty(STDERR_FILENO) == 1 && getenv("TERM").map { String(cString: $0) } != "dumb"
  }

  /// Shows that so many namespaces are done.
  mutating func show(_ done: Int) {
    let total = total
    show(done, "\(done) of \(total) namespaces")
  }

  /// Shows that so much is done, with a text behind the bar, ten times a second at the most.
  mutating func show(_ done: Int, _ text: @autoclosure () -> String) {
    guard isOnTerminal, ContinuousClock.now >= next else { return }
    next = .now + .milliseconds(100)
    let filled = Progress.width * done / max(total, 1)
    let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: Progress.width - filled)
    isVisible = true
    StandardStreams.draw("\r[\(bar)] \(text())\u{1B}[K")
  }

  /// Takes the bar away, so that lines can be written.
  mutating func clear() {
    guard isVisible else { return }
    isVisible = false
    StandardStreams.draw("\r\u{1B}[K")
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// A bar on the terminal that standard error is, for work that takes more than a second; elsewhere nothing.
struct Progress {
  private static let width = 30

  private let total: Int
  private let isOnTerminal: Bool
  /// When it may be drawn, in milliseconds: an instant of Swift's clock in here, and the Swift runtime would first have
  /// to work out the layout of all that a bar is part of, on the way that every call takes.
  private var next = Progress.now + 1000
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
    guard isOnTerminal, Progress.now >= next else { return }
    next = Progress.now + 100
    isVisible = true
    // A line that wraps could not be drawn over.
    let line = (Progress.bar(done, of: total) + " " + text()).prefix(Progress.columns - 1)
    StandardStreams.draw("\r\(line)\u{1B}[K")
  }

  /// How wide the terminal is; where it does not say, as wide as most.
  private static var columns: Int {
    var size = winsize()
    return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
  }

  /// The bar when so much is done.
  static func bar(_ done: Int, of total: Int) -> String {
    let filled = width * done / max(total, 1)
    return "[" + String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled) + "]"
  }

  /// The monotonic clock.
  private static var now: Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
  }

  /// Takes the bar away, so that lines can be written.
  mutating func clear() {
    guard isVisible else { return }
    isVisible = false
    StandardStreams.draw("\r\u{1B}[K")
  }
}

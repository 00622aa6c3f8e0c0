// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Text

/// A bar for work that takes more than a second, if standard error is a terminal.
struct Progress {
  private static let width = 30

  private let total: Int
  private let isOnTerminal: Bool
  /// When it may be drawn, in milliseconds.
  ///
  /// With an instant of Swift's clock, the Swift runtime would first compute the layout of every type that contains a
  /// bar, even for the most used commands.
  private var next = Progress.now + 1000
  private var isVisible = false

  /// A bar for this many pieces of work.
  init(of total: Int) {
    self.total = total
    isOnTerminal = Progress.isPossible
  }

  /// Whether standard error is a terminal on which a bar can be drawn.
  static var isPossible: Bool {
    isatty(STDERR_FILENO) == 1 && getenv("TERM").map { String(cString: $0) } != "dumb"
  }

  /// Shows how many namespaces are done; a bar for none is not drawn.
  mutating func show(_ done: Int) {
    let total = total
    guard total > 0 else { return }
    show(done, "\(done) of \(total) namespaces")
  }

  /// Shows how much is done, with a text after the bar, at most ten times a second.
  mutating func show(_ done: Int, _ text: @autoclosure () -> String) {
    guard isOnTerminal, Progress.now >= next else { return }
    next = Progress.now + 100
    isVisible = true
    StandardStreams.draw("\r\(Progress.fitted(Progress.bar(done, of: total) + " " + text()))\u{1B}[K")
  }

  /// The part of a line that fits on the terminal.
  ///
  /// A line that wraps could not be drawn over.
  static func fitted(_ line: String) -> String { String(line.prefix(columns - 1)) }

  /// The width of the terminal; 80 if it does not say.
  private static var columns: Int {
    var size = winsize()
    return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
  }

  /// The bar at this point of the work.
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

  /// Removes the bar, so that lines can be written.
  mutating func clear() {
    guard isVisible else { return }
    isVisible = false
    StandardStreams.draw("\r\u{1B}[K")
  }
}

/// Shows the progress of a wait: a bar on a terminal, elsewhere a line every minute.
struct WaitDisplay {
  private let isQuiet: Bool
  private let isOnTerminal = Progress.isPossible
  private var progress: Progress?
  private var longest: UInt32 = 0
  private var lines = WaitLines(every: .seconds(60), from: .now)

  init(isQuiet: Bool) {
    self.isQuiet = isQuiet
  }

  /// Shows the time left; `elapsed` is the time since the connections were counted.
  mutating func show(_ outdated: OutdatedCount, seen elapsed: Duration, at now: ContinuousClock.Instant) {
    guard !isQuiet else { return }
    let left = outdated.seconds - min(outdated.seconds, UInt32(elapsed.components.seconds))
    guard isOnTerminal else {
      if lines.isDue(at: now) { StandardStreams.report(WaitLines.line(outdated, left: left)) }
      return
    }
    // The time left has grown, because a timeout has changed: the bar starts again.
    if progress == nil || left > longest {
      longest = left
      progress?.clear()
      progress = Progress(of: Int(longest))
    }
    progress?.show(
      Int(longest - left), "\(outdated.count) on the old timer, for at most \(DurationText.text(left))")
  }

  /// Removes the bar, so that lines can be written.
  mutating func clear() { progress?.clear() }
}

/// The lines about a wait, and when each is due.
struct WaitLines {
  private let interval: Duration
  private var next: ContinuousClock.Instant

  /// Lines with this interval, which also comes before the first one.
  init(every interval: Duration, from start: ContinuousClock.Instant) {
    self.interval = interval
    next = start + interval
  }

  /// Whether a line is due.
  ///
  /// Lines that were not asked for in time are skipped.
  mutating func isDue(at now: ContinuousClock.Instant) -> Bool {
    guard now >= next else { return false }
    while next <= now { next += interval }
    return true
  }

  static func line(_ outdated: OutdatedCount, left: UInt32) -> String {
    "ipvs-timeout: waiting: \(outdated.clause), for at most \(DurationText.text(left))"
  }
}

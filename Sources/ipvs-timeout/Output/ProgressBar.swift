// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Text

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

  /// Shows that so many namespaces are done; a bar for none is not drawn.
  mutating func show(_ done: Int) {
    let total = total
    guard total > 0 else { return }
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

/// Says how waiting goes: a bar on a terminal, a line a minute elsewhere.
struct WaitDisplay {
  private let isQuiet: Bool
  private let isOnTerminal = Progress.isPossible
  private var progress: Progress?
  private var longest: UInt32 = 0
  private var lines = WaitLines(every: .seconds(60), from: .now)

  init(isQuiet: Bool) {
    self.isQuiet = isQuiet
  }

  /// Shows what is left; `elapsed` is how long ago it was counted.
  mutating func show(_ outdated: OutdatedCount, seen elapsed: Duration, at now: ContinuousClock.Instant) {
    guard !isQuiet else { return }
    let left = outdated.seconds - min(outdated.seconds, UInt32(elapsed.components.seconds))
    guard isOnTerminal else {
      if lines.isDue(at: now) { StandardStreams.report(WaitLines.line(outdated, left: left)) }
      return
    }
    // What rules has been set anew: the bar begins anew.
    if progress == nil || left > longest {
      longest = left
      progress?.clear()
      progress = Progress(of: Int(longest))
    }
    progress?.show(Int(longest - left), "\(outdated.count) outdated, \(DurationText.text(left)) left at the most")
  }

  /// Takes the bar away, so that lines can be written.
  mutating func clear() { progress?.clear() }
}

/// When it is time to write a line about waiting, and what stands in it.
struct WaitLines {
  private let interval: Duration
  private var next: ContinuousClock.Instant

  /// Lines so far apart, the first after that time.
  init(every interval: Duration, from start: ContinuousClock.Instant) {
    self.interval = interval
    next = start + interval
  }

  /// Whether a line is due; those that nobody has asked for in time are left out.
  mutating func isDue(at now: ContinuousClock.Instant) -> Bool {
    guard now >= next else { return false }
    while next <= now { next += interval }
    return true
  }

  static func line(_ outdated: OutdatedCount, left: UInt32) -> String {
    "ipvs-timeout: waiting: \(outdated.subject) outdated, for \(DurationText.text(left)) at the most"
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import Text

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

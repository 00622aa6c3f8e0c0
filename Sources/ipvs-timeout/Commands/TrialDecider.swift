// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import Doctor
internal import Linux
internal import SystemPackage
internal import Text

/// Decides whether the timeouts of a trial are kept: a command or a person does.
struct TrialDecider {
  private enum Member {
    case command(ChildCommand, [String], isKeeping: Bool)
    case person(Terminal, Duration)
  }

  private let member: Member
  /// How long to wait before the command runs.
  private var delay: Duration?
  private let isQuiet: Bool

  /// Creates a decider for the work of a trial.
  ///
  /// From here on this process ignores the signals that would stop it in the middle.
  ///
  /// - Throws: ``Failure``, when there is no terminal to ask on.
  init(_ work: TrialRequest.Work, isQuiet: Bool = false) throws(Failure) {
    let ignored = IgnoredSignals()
    self.isQuiet = isQuiet
    switch work {
    case .trying(let words, let delay, let limit):
      member = .command(ChildCommand(words, within: limit, ignored: ignored), words, isKeeping: true)
      self.delay = delay
    case .running(let words):
      let run = ChildCommand(words, within: nil, decidesOutcome: false, ignored: ignored)
      member = .command(run, words, isKeeping: false)
    case .asking(let limit):
      guard let terminal = Terminal(), terminal.isForeground else {
        throw .usage(
          "--confirm asks on a terminal, but there is none, or another job uses it; run it in the foreground of a terminal,"
            + " or name a command that decides: `ipvs-timeout try … -- COMMAND`")
      }
      member = .person(terminal, limit)
    }
  }

  /// Does the work and returns the decision.
  func decision(_ relay: SignalDeferral) -> TrialDecision {
    switch member {
    case .command(let run, let words, let isKeeping):
      if let delay, !TrialDelay(delay, isQuiet: isQuiet).pass(relay) {
        // The signal that has ended the wait ends this process, too.
        return TrialDecision(isKept: false, status: ExitStatus.timedOut.rawValue)
      }
      return decision(run.ending(relay), words, isKeeping)
    case .person(let terminal, let limit):
      return decision(terminal, limit, relay)
    }
  }

  private func decision(_ ending: ChildCommand.Ending, _ words: [String], _ isKeeping: Bool) -> TrialDecision {
    switch ending {
    case .exited(let status):
      return TrialDecision(isKept: isKeeping && status == 0, status: status)
    case .killed(let signal):
      return TrialDecision(isKept: false, status: 128 + signal)
    case .outOfTime:
      return TrialDecision(
        isKept: false, status: ExitStatus.timedOut.rawValue,
        remark: "the time given to --within is over; the command `\(words[0].printable)` was ended")
    case .notStarted(let errno):
      return TrialDecision(
        isKept: false, status: (errno == .noSuchFileOrDirectory ? ExitStatus.commandNotFound : .commandNotRun).rawValue,
        remark: "cannot run the command `\(words[0].printable)` (\(errno.description), errno \(errno.rawValue))")
    }
  }

  private func decision(_ terminal: Terminal, _ limit: Duration, _ relay: SignalDeferral) -> TrialDecision {
    let seconds = UInt32(clamping: limit.components.seconds)
    let question =
      "The timeouts are set. Keep them? Without a yes within \(DurationText.text(seconds)) the old ones are restored: "
    switch terminal.answer(to: question, within: limit, relay) {
    case .yes: return TrialDecision(isKept: true, status: 0)
    case .no: return TrialDecision(isKept: false, status: ExitStatus.notAsWanted.rawValue)
    case .late:
      return TrialDecision(isKept: false, status: ExitStatus.timedOut.rawValue, remark: "there was no answer in time")
    case .gone:
      return TrialDecision(
        isKept: false, status: ExitStatus.timedOut.rawValue,
        remark: "the terminal was closed before there was an answer")
    case .interrupted: return TrialDecision(isKept: false, status: ExitStatus.timedOut.rawValue)
    }
  }
}

/// The wait of `try --after` before its command runs, with a bar on a terminal.
///
/// The terminal may hang while the new timeouts are set, so nothing waits for it.
private struct TrialDelay {
  private let time: Duration
  private let terminal: Terminal?

  init(_ time: Duration, isQuiet: Bool) {
    self.time = time
    terminal = !isQuiet && Progress.isPossible ? Terminal() : nil
  }

  /// Waits; returns `false` when a signal has come.
  func pass(_ relay: SignalDeferral) -> Bool {
    let start = ContinuousClock.now
    var shown = ""
    defer { terminal?.show("\r\u{1B}[K") }
    let hasPassed = poll(until: start + time, every: .milliseconds(100)) { isLast -> Bool? in
      guard relay.signals.isEmpty else { return false }
      if isLast { return true }
      let line = line(after: start.duration(to: .now))
      if line != shown { terminal?.show(line) }
      shown = line
      return nil
    }
    return hasPassed ?? true
  }

  private func line(after elapsed: Duration) -> String {
    let (done, all) = (Int(elapsed.components.seconds), Int(time.components.seconds))
    let left = DurationText.text(UInt32(clamping: all - done))
    return "\r" + Progress.fitted("\(Progress.bar(done, of: all)) the command runs in \(left)") + "\u{1B}[K"
  }
}

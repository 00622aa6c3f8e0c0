// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import Doctor
internal import Linux
internal import SystemPackage
internal import Text

/// What decides whether timeouts that were set for a while are kept.
struct TrialDecider {
  private enum Member {
    case command(ChildCommand, [String], isKeeping: Bool)
    case person(Terminal, Duration)
  }

  private let member: Member

  /// What is to decide.
  ///
  /// From here on this process ignores what would stop it in the middle.
  ///
  /// - Throws: ``Failure``, when there is nobody to ask.
  init(_ meanwhile: TrialRequest.Meanwhile) throws(Failure) {
    let ignored = IgnoredSignals()
    switch meanwhile {
    case .trying(let words, let limit):
      member = .command(ChildCommand(words, within: limit, ignored: ignored), words, isKeeping: true)
    case .running(let words):
      let run = ChildCommand(words, within: nil, decidesOutcome: false, ignored: ignored)
      member = .command(run, words, isKeeping: false)
    case .asking(let limit):
      guard let terminal = Terminal(), terminal.isForeground else {
        throw .usage(
          "--confirm asks on a terminal, and there is none, or it belongs to another job; run it in the foreground of one,"
            + " or give a command that decides: `ipvs-timeout try … -- COMMAND`")
      }
      member = .person(terminal, limit)
    }
  }

  /// Lets it happen and decides.
  func decision(_ relay: SignalDeferral) -> TrialDecision {
    switch member {
    case .command(let run, let words, let isKeeping): decision(run.ending(relay), words, isKeeping)
    case .person(let terminal, let limit): decision(terminal, limit, relay)
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
        remark: "the time given by --within is over, and the command `\(words[0].printable)` was ended")
    case .notStarted(let errno):
      return TrialDecision(
        isKept: false, status: (errno == .noSuchFileOrDirectory ? ExitStatus.commandNotFound : .commandNotRun).rawValue,
        remark: "cannot run the command `\(words[0].printable)` (\(errno.description), errno \(errno.rawValue))")
    }
  }

  private func decision(_ terminal: Terminal, _ limit: Duration, _ relay: SignalDeferral) -> TrialDecision {
    let seconds = UInt32(clamping: limit.components.seconds)
    let question =
      "The timeouts are set. Keep them? Without a yes within \(DurationText.text(seconds)) the old ones are put back: "
    switch terminal.answer(to: question, within: limit, relay) {
    case .yes: return TrialDecision(isKept: true, status: 0)
    case .no: return TrialDecision(isKept: false, status: ExitStatus.notAsWanted.rawValue)
    case .late:
      return TrialDecision(isKept: false, status: ExitStatus.timedOut.rawValue, remark: "there was no answer in time")
    case .gone:
      return TrialDecision(
        isKept: false, status: ExitStatus.timedOut.rawValue, remark: "the terminal gives no answer any more")
    case .interrupted: return TrialDecision(isKept: false, status: ExitStatus.timedOut.rawValue)
    }
  }
}

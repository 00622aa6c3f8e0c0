// SPDX-License-Identifier: Apache-2.0

import IPVS
import Testing

@testable import Directors

/// The state machine of a trial, for all answers of its effects and for signals at any time.
@Suite struct TrialTransitionTests {
  private static let yes = TrialDecision(isKept: true, status: 0)

  /// The effects until the timeouts are set in one namespace, and the effects that roll them back.
  private static let begin = "open read:a record reopen set:a"
  private static let rollBack = "lock finish restore:a forget-record unlock"
  private static let keep = "forget-record keep:a unlock forget-signals"
  /// The same for two namespaces.
  private static let beginTwo = "open read:a read:b record reopen set:a set:b"
  private static let rollBackTwo = "lock finish restore:a restore:b forget-record unlock"

  private static let decisions: [TrialRow] = [
    TrialRow(
      testDescription: "kept", decision: yes, effects: "\(begin) decide \(keep)", ending: .kept, events: "kept:a",
      status: 0),
    TrialRow(
      testDescription: "rolled back", effects: "\(begin) decide \(rollBack)", ending: .rolledBack,
      events: "restored:a"),
    TrialRow(
      testDescription: "rolled back, with a remark", decision: TrialDecision(isKept: false, status: 75, remark: "late"),
      effects: "\(begin) decide \(rollBack)", ending: .rolledBack, events: "remark restored:a", status: 75),
    TrialRow(
      testDescription: "two kept", targets: "ab", decision: yes,
      effects: "\(beginTwo) decide forget-record keep:a keep:b unlock forget-signals", ending: .kept,
      events: "kept:a kept:b", status: 0),
    TrialRow(
      testDescription: "two rolled back", targets: "ab", effects: "\(beginTwo) decide \(rollBackTwo)",
      ending: .rolledBack, events: "restored:a restored:b"),
    TrialRow(
      testDescription: "none of none kept", targets: "", decision: yes, effects: "open decide unlock forget-signals",
      ending: .kept, events: "no-namespace", status: 0),
    TrialRow(
      testDescription: "none of none rolled back", targets: "", effects: "open decide lock unlock",
      ending: .rolledBack, events: "no-namespace"),
    TrialRow(
      testDescription: "by another backend",
      fallback: .taken(from: .netlink, to: .ipvsadm, because: IPVSError(.notInKernel, .open)),
      effects: "\(begin) decide \(rollBack)", ending: .rolledBack, events: "fallback restored:a"),
    TrialRow(
      testDescription: "by another backend, which is reported once", targets: "ab",
      fallback: .taken(from: .netlink, to: .sockopt, because: IPVSError(.userNamespace, .readTimeouts)),
      effects: "\(beginTwo) decide \(rollBackTwo)", ending: .rolledBack, events: "fallback restored:a restored:b"),
  ]

  /// Connections are renewed after the timeouts were set, and again after they were restored.
  private static let renewals: [TrialRow] = [
    TrialRow(
      testDescription: "renewed and kept", isRenewing: true, decision: yes,
      effects: "\(begin) renew:a decide \(keep)", ending: .kept, events: "renewed:a kept:a", status: 0),
    TrialRow(
      testDescription: "renewed and rolled back", isRenewing: true,
      effects: "\(begin) renew:a decide lock finish restore:a renew back:a forget-record unlock", ending: .rolledBack,
      events: "renewed:a restored:a renewed:a"),
    TrialRow(
      testDescription: "not renewed", isRenewing: true, answers: ["renew:a": .fails],
      effects: "\(begin) renew:a lock finish restore:a renew back:a forget-record unlock", ending: .rolledBack,
      events: "failed restored:a renewed:a", status: 0),
    TrialRow(
      testDescription: "not renewed back", isRenewing: true, answers: ["renew back:a": .fails],
      effects: "\(begin) renew:a decide lock finish restore:a renew back:a forget-record unlock", ending: .rolledBack,
      events: "renewed:a restored:a failed"),
    TrialRow(
      testDescription: "not renewed without a record", isRenewing: true, answers: ["record": .fails],
      effects: "open read:a record", ending: .nothingSet, events: "failed", status: 0),
    TrialRow(
      testDescription: "not renewed where the kernel has other values", isRenewing: true,
      answers: ["set:a": .mismatches], effects: "\(begin) lock finish restore:a renew back:a forget-record unlock",
      ending: .rolledBack, events: "mismatch restored:a renewed:a", status: 0),
  ]

  /// All or none: nothing is recorded or set if one namespace cannot be read.
  private static let readings: [TrialRow] = [
    TrialRow(
      testDescription: "no director", targets: "ab", answers: ["open": .fails], effects: "open", ending: .nothingSet,
      events: "failed", status: 0),
    TrialRow(
      testDescription: "not read", answers: ["read:a": .fails], effects: "open read:a", ending: .nothingSet,
      events: "failed", status: 0),
    TrialRow(
      testDescription: "the first of two not read", targets: "ab", answers: ["read:a": .fails],
      effects: "open read:a read:b", ending: .nothingSet, events: "failed nothing-set", status: 0),
    TrialRow(
      testDescription: "the second of two not read", targets: "ab", answers: ["read:b": .fails],
      effects: "open read:a read:b", ending: .nothingSet, events: "failed nothing-set", status: 0),
    TrialRow(
      testDescription: "not read, nor anywhere", targets: "ab", answers: ["read:a": .failsEverywhere],
      effects: "open read:a", ending: .nothingSet, events: "failed", status: 0),
    TrialRow(
      testDescription: "some not found", targets: "ab", isListComplete: false, effects: "open read:a read:b",
      ending: .nothingSet, events: "nothing-set", status: 0),
    TrialRow(
      testDescription: "none found", targets: "", isListComplete: false, effects: "", ending: .nothingSet, status: 0),
    TrialRow(
      testDescription: "too long for ipvsadm", backend: .ipvsadm, answers: ["read:a": .isTooLong],
      effects: "open read:a", ending: .nothingSet, events: "too-long", status: 0),
    TrialRow(
      testDescription: "one of two too long for ipvsadm", targets: "ab", backend: .ipvsadm,
      answers: ["read:b": .isTooLong], effects: "open read:a read:b", ending: .nothingSet,
      events: "too-long nothing-set", status: 0),
    TrialRow(
      testDescription: "not too long for netlink", answers: ["read:a": .isTooLong],
      effects: "\(begin) decide \(rollBack)", ending: .rolledBack, events: "restored:a"),
  ]

  private static let settings: [TrialRow] = [
    TrialRow(
      testDescription: "kept without a record", decision: yes, answers: ["record": .fails],
      effects: "\(begin) decide keep:a unlock forget-signals", ending: .kept, events: "not-recorded kept:a", status: 0),
    TrialRow(
      testDescription: "rolled back without a record", answers: ["record": .fails],
      effects: "\(begin) decide lock restore:a unlock", ending: .rolledBack, events: "not-recorded restored:a"),
    TrialRow(
      testDescription: "the directors are gone", answers: ["reopen": .fails],
      effects: "open read:a record reopen lock finish forget-record unlock", ending: .rolledBack, events: "failed",
      status: 0),
    TrialRow(
      testDescription: "not set", decision: yes, answers: ["set:a": .fails], effects: "\(begin) \(rollBack)",
      ending: .rolledBack, events: "failed restored:a", status: 0),
    TrialRow(
      testDescription: "not as set", decision: yes, answers: ["set:a": .mismatches], effects: "\(begin) \(rollBack)",
      ending: .rolledBack, events: "mismatch restored:a", status: 0),
    TrialRow(
      testDescription: "the first of two not set", targets: "ab", decision: yes, answers: ["set:a": .fails],
      effects: "open read:a read:b record reopen set:a \(rollBack)", ending: .rolledBack,
      events: "failed restored:a", status: 0),
    TrialRow(
      testDescription: "the first of two not as set", targets: "ab", decision: yes, answers: ["set:a": .mismatches],
      effects: "open read:a read:b record reopen set:a \(rollBack)", ending: .rolledBack,
      events: "mismatch restored:a", status: 0),
    TrialRow(
      testDescription: "the second of two not set", targets: "ab", decision: yes, answers: ["set:b": .fails],
      effects: "\(beginTwo) \(rollBackTwo)", ending: .rolledBack, events: "failed restored:a restored:b", status: 0),
  ]

  private static let endings: [TrialRow] = [
    TrialRow(
      testDescription: "disturbed", answers: ["lock": .isBusy], effects: "\(begin) decide lock finish restore:a",
      ending: .unfinished, events: "disturbed restored:a"),
    TrialRow(
      testDescription: "disturbed, and not restored", answers: ["lock": .isBusy, "restore:a": .fails],
      effects: "\(begin) decide lock finish restore:a", ending: .unfinished, events: "disturbed failed"),
    TrialRow(
      testDescription: "disturbed, without a record", answers: ["lock": .isBusy, "record": .fails],
      effects: "\(begin) decide lock restore:a", ending: .unfinished, events: "not-recorded disturbed restored:a"),
    TrialRow(
      testDescription: "kept, with a record that cannot be removed", decision: yes,
      answers: ["forget-record": .fails], effects: "\(begin) decide \(keep)", ending: .kept,
      events: "not-removed kept:a", status: 0),
    TrialRow(
      testDescription: "with a record that cannot be removed", answers: ["forget-record": .fails],
      effects: "\(begin) decide \(rollBack)", ending: .rolledBack, events: "restored:a not-removed"),
    TrialRow(
      testDescription: "no lock", answers: ["lock": .fails], effects: "\(begin) decide \(rollBack)",
      ending: .rolledBack, events: "restored:a"),
    TrialRow(
      testDescription: "one that was killed inside", answers: ["finish": .isUnreadable],
      effects: "\(begin) decide \(rollBack)", ending: .rolledBack, events: "unreadable restored:a"),
    TrialRow(
      testDescription: "one was killed inside, and another one inside that one still runs",
      answers: ["finish": .isBusy],
      effects: "\(begin) decide lock finish restore:a", ending: .unfinished, events: "still-running restored:a"),
    TrialRow(
      testDescription: "not restored", answers: ["restore:a": .fails],
      effects: "\(begin) decide lock finish restore:a unlock", ending: .unfinished, events: "failed"),
    TrialRow(
      testDescription: "the first of two not restored", targets: "ab", answers: ["restore:a": .failsEverywhere],
      effects: "\(beginTwo) decide lock finish restore:a restore:b unlock", ending: .unfinished,
      events: "failed restored:b"),
    TrialRow(
      testDescription: "not as restored", answers: ["restore:a": .mismatches],
      effects: "\(begin) decide lock finish restore:a unlock", ending: .unfinished, events: "restored:a mismatch"),
    TrialRow(
      testDescription: "one of two gone", targets: "ab", answers: ["restore:a": .isGone],
      effects: "\(beginTwo) decide \(rollBackTwo)", ending: .rolledBack, events: "gone restored:b"),
    TrialRow(
      testDescription: "changed by another", answers: ["restore:a": .isLeft], effects: "\(begin) decide \(rollBack)",
      ending: .rolledBack, events: "left-udp restored:a"),
    TrialRow(
      testDescription: "kept, but changed by another", decision: yes, answers: ["keep:a": .isLeft],
      effects: "\(begin) decide \(keep)", ending: .kept, events: "left-udp kept:a", status: 0),
    TrialRow(
      testDescription: "kept, and not to be read", decision: yes, answers: ["keep:a": .fails],
      effects: "\(begin) decide \(keep)", ending: .kept, events: "failed", status: 0),
    TrialRow(
      testDescription: "kept where it has gone", decision: yes, answers: ["keep:a": .isGone],
      effects: "\(begin) decide \(keep)", ending: .kept, events: "gone", status: 0),
  ]

  /// A signal after a number of effects, in a trial that would be kept or rolled back.
  private static let signals: [TrialRow] = [
    signal(0...2, "open read:a", .nothingSet),
    signal(3...4, "open read:a record reopen lock finish forget-record unlock", .rolledBack),
    signal(5...5, "\(begin) \(rollBack)", .rolledBack, "restored:a"),
    signal(6...6, "\(begin) decide \(rollBack)", .rolledBack, "restored:a"),
    signal(7...10, "\(begin) decide \(keep)", .kept, "kept:a"),
    signal(6...6, "open read:a read:b record reopen set:a \(rollBack)", .rolledBack, "restored:a", in: "ab"),
    signal(7...7, "\(beginTwo) \(rollBackTwo)", .rolledBack, "restored:a restored:b", in: "ab"),
    signal(0...0, "", .nothingSet, in: ""),
    signal(7...11, "\(begin) decide \(rollBack)", .rolledBack, "restored:a", TrialDecision(isKept: false, status: 0)),
  ].flatMap(\.self)

  private static func signal(
    _ counts: ClosedRange<Int>, _ effects: String, _ ending: Trial.Ending, _ events: String = "",
    _ decision: TrialDecision = yes, in targets: String = "a"
  ) -> [TrialRow] {
    counts.map { count in
      TrialRow(
        testDescription: "a signal after \(count) effects", targets: targets, decision: decision, signalAfter: count,
        effects: effects, ending: ending, events: events, status: 0)
    }
  }

  @Test(arguments: [decisions, renewals, readings, settings, endings, signals].joined()) func `a trial`(row: TrialRow) {
    let effects = ScriptedEffects(row)
    let trial = Trial.run(plan(row), by: effects)
    #expect(effects.log.joined(separator: " ") == row.effects)
    #expect(trial.state == .ended(row.ending))
    #expect(trial.events.map(\.word).joined(separator: " ") == row.events)
    #expect(trial.status == row.status)
    // A signal that arrives too late is discarded. Any other signal ends the process.
    #expect(effects.isInterrupted == (row.signalAfter != nil && row.ending != .kept))
  }

  @Test(
    arguments: [
      ("record", false, "when this is fixed, run `ipvs-timeout set - - 300 --netns a`"),
      ("", false, "when this is fixed, run `ipvs-timeout rollback`"),
      ("", true, "the new timeouts should be kept: check with `ipvs-timeout show --netns a`"),
    ])
  func `advice after a failure`(failing: String, isKept: Bool, advice: String) {
    let row = TrialRow(
      testDescription: "", decision: TrialDecision(isKept: isKept, status: 0),
      answers: [failing: .fails, "keep:a": .fails, "restore:a": .fails], effects: "", ending: .kept)
    let events = Trial.run(plan(row), by: ScriptedEffects(row)).events
    let error = DirectorError.kernel(IPVSError(.refused, .open, in: .named("a")))
    #expect(events.last == .failed(error, advice: advice))
  }

  private func plan(_ row: TrialRow) -> TrialPlan {
    TrialPlan(
      command: "try", wanted: ScriptedEffects.wanted,
      targets: row.targets.map { TrialTarget(.named("\($0)"), name: "\($0)") }, isComplete: row.isListComplete,
      renewal: row.isRenewing ? RenewalRule() : nil)
  }
}

// SPDX-License-Identifier: Apache-2.0

import IPVS
import SystemPackage
import Testing

@testable import Directors

/// A run of a trial with scripted answers, and its expected result: a row of the table of transitions.
struct TrialRow: Sendable, CustomTestStringConvertible {
  /// The answer of an effect that does not simply succeed.
  enum Answer: Sendable {
    /// It fails in this namespace.
    case fails
    /// It fails because of the caller, and so in every namespace.
    case failsEverywhere
    /// The kernel does not have the values that were set.
    case mismatches
    /// Another program has changed the timeout during the trial.
    case isLeft
    /// The namespace no longer exists.
    case isGone
    /// A process that is part of the change does not end.
    case isBusy
    /// The old timeout is longer than ipvsadm accepts.
    case isTooLong
    /// A trial inside was killed, and its record cannot be read.
    case isUnreadable
  }

  let testDescription: String
  /// The names of the namespaces.
  var targets = "a"
  var isListComplete = true
  var isRenewing = false
  var backend = BackendChoice.netlink
  var fallback = Fallback.notNeeded
  var decision = TrialDecision(isKept: false, status: 3)
  var answers: [String: Answer] = [:]
  /// The number of effects after which a signal arrives; `nil` for never.
  var signalAfter: Int?

  /// The expected effects, in order.
  let effects: String
  let ending: Trial.Ending
  /// The expected events, in order.
  var events = ""
  /// The expected exit status, if nothing has failed.
  var status: CInt = 3
}

/// Effects that answer as a row of the table says, and log their calls.
final class ScriptedEffects: TrialEffects {
  static let before = Timeouts(tcp: 900, tcpFin: 120, udp: 300)
  static let wanted = Timeouts(udp: 5)

  private let row: TrialRow
  private(set) var log: [String] = []
  private var hasForgotten = false

  init(_ row: TrialRow) {
    self.row = row
  }

  var isInterrupted: Bool { !hasForgotten && row.signalAfter.map { $0 <= log.count } ?? false }

  func open(_ namespaces: [NetworkNamespace]) throws(DirectorError) -> BackendChoice {
    // The second time, they are opened for setting.
    try attempt(log.contains("open") ? "reopen" : "open", .current)
    return row.backend
  }

  func read(_ target: TrialTarget) throws(DirectorError) -> (TrialSnapshot, Fallback) {
    let answer = try attempt("read:\(target.name)", target.namespace)
    var before = Self.before
    if case .isTooLong = answer { before.udp = Timeout(held: 2_678_401) }
    return (TrialSnapshot(name: target.name, fingerprint: nil, before: before, set: Self.wanted), row.fallback)
  }

  func record(_ snapshots: [TrialSnapshot]) throws(TrialFileError) {
    log.append("record")
    if row.answers["record"] != nil { throw .system(.noSpace) }
  }

  func set(_ snapshot: TrialSnapshot) throws(DirectorError) -> TimeoutsChange {
    let answer = try attempt("set:\(snapshot.name)", snapshot.namespace)
    var after = snapshot.set.merging(snapshot.before)
    if case .mismatches = answer { after = snapshot.before }
    return TimeoutsChange(wanted: snapshot.set, before: snapshot.before, after: after)
  }

  func renew(
    _ snapshot: TrialSnapshot, in target: TrialTarget, after change: TimeoutsChange, isRestoring: Bool
  ) throws(DirectorError) -> RenewalReport? {
    guard row.isRenewing else { return nil }
    try attempt("\(isRestoring ? "renew back" : "renew"):\(target.name)", target.namespace)
    return RenewalReport()
  }

  func decide() -> TrialDecision {
    log.append("decide")
    return row.decision
  }

  func acquireNestedLock() throws(ChangeLockError) {
    log.append("lock")
    switch row.answers["lock"] {
    case .isBusy: throw .busy(nil)
    case .fails: throw .unavailable(.readOnlyFileSystem)
    default: break
    }
  }

  func finishNestedTrials() -> (events: [TrialEvent], isBlocked: Bool) {
    log.append("finish")
    return switch row.answers["finish"] {
    case .isUnreadable: ([.unreadable("/trial")], false)
    case .isBusy: ([.stillRunning(nil, "with")], true)
    default: ([], false)
    }
  }

  func end(_ snapshot: TrialSnapshot, isKept: Bool) throws(DirectorError) -> TrialResult? {
    let answer = try attempt("\(isKept ? "keep" : "restore"):\(snapshot.name)", snapshot.namespace)
    if case .isGone = answer { return nil }
    let tried = snapshot.set.merging(snapshot.before)
    var last = tried
    if case .isLeft = answer { last.udp = 7 }
    let plan =
      isKept
      ? RollbackPlan(keeping: snapshot.set, now: last)
      : RollbackPlan(before: snapshot.before, set: snapshot.set, now: last)
    var after = plan.restored.merging(last)
    if case .mismatches = answer { after = last }
    return TrialResult(
      target: snapshot.target, backend: row.backend, before: snapshot.before, tried: tried, last: last,
      after: after, isKept: isKept, plan: plan)
  }

  func removeRecord() -> TrialEvent? {
    log.append("forget-record")
    if case .fails = row.answers["forget-record"] { return .notRemoved("/trial", .readOnlyFileSystem) }
    return nil
  }

  func removeNestedLock() { log.append("unlock") }

  func forgetSignals() {
    log.append("forget-signals")
    hasForgotten = true
  }

  @discardableResult
  private func attempt(_ effect: String, _ namespace: NetworkNamespace) throws(DirectorError) -> TrialRow.Answer? {
    log.append(effect)
    let answer = row.answers[effect]
    switch answer {
    case .fails: throw .kernel(IPVSError(.refused, .open, in: namespace))
    case .failsEverywhere: throw .kernel(IPVSError(.notRoot, .open, in: namespace))
    default: return answer
    }
  }
}

extension TrialEvent {
  /// The word for this event in the table.
  var word: String {
    switch self {
    case .result(let result, _): "\(result.isKept ? "kept" : "restored"):\(result.target.name)"
    case .renewed(_, let target): "renewed:\(target.name)"
    case .stoppedDaemon: "stopped"
    case .fallback: "fallback"
    case .failed: "failed"
    case .mismatch: "mismatch"
    case .tooLongForIpvsadm: "too-long"
    case .nothingSet: "nothing-set"
    case .noNamespace: "no-namespace"
    case .notRecorded: "not-recorded"
    case .remark: "remark"
    case .disturbed: "disturbed"
    case .gone: "gone"
    case .left(let name, _): "left-\(name.rawValue)"
    case .unreadable: "unreadable"
    case .notRead: "not-read"
    case .notARecord: "not-a-record"
    case .notRemoved: "not-removed"
    case .unusableRecords: "unusable"
    case .stillRunning: "still-running"
    }
  }
}

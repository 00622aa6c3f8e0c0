// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import Linux

/// Timeouts to set in a trial, and the work that decides whether they are kept.
struct TrialRequest: Hashable {
  let wanted: Timeouts
  let work: Work
  var isDryRun = false
  /// How to renew connections each time when timeouts are set; `nil` leaves them on their timers.
  var renewal: Renewal?
  var output = TimeoutsOutput()
  var access = Access()

  /// The work while the new timeouts are set.
  enum Work: Hashable {
    /// Run a command, if wanted after a wait, and keep the timeouts if it succeeds in time.
    case trying([String], after: Duration? = nil, within: Duration? = nil)
    /// Ask a person whether to keep the timeouts.
    case asking(within: Duration)
    /// Run a command, and restore the old timeouts in any case.
    case running([String])

    /// The command of this program: `try` or `with`.
    var name: String {
      switch self {
      case .trying, .asking: "try"
      case .running: "with"
      }
    }
  }
}

extension TrialRequest {
  /// Sets the timeouts, does the work, and keeps the timeouts or restores the old ones.
  ///
  /// - Throws: ``Failure``, when nothing was set.
  func run() throws(Failure) -> ExitStatus {
    if isDryRun {
      UnfinishedTrial.reportAll()
      guard let renewal else { return try access.perform(.set(isDryRun: true), wanted, output) }
      return try access.perform(.set(isDryRun: true), wanted, output, then: renewal, for: work.name)
    }
    StandardDescriptors.take()
    // It saves the caller's signal actions before they are changed.
    let decider = try TrialDecider(work, isQuiet: output.isQuiet)
    UnfinishedTrial.reportAll()
    if let renewal {
      var context = CommandContext(access)
      let targets = try access.selection.targets(&context)
      try renewal.confirm(
        targets.map { TargetTimeouts(target: $0, wanted: wanted) }, &context, isQuiet: output.isQuiet)
    }
    // Before the lock is held and before anything is set, because a trial must also be able to restore the timeouts.
    if let shortage = ResourceShortage.find(recordSize: TrialRecord.maximumSize, forProgram: access.backend == .ipvsadm)
    {
      throw Failure("nothing was set, because \(shortage)", .refused)
    }
    var lock = try ChangeLock.acquired()
    var context = CommandContext(access, output, isDeferred: true)
    let result = SignalDeferral.during { relay in
      Result { () throws(Failure) in
        let (plan, status, failures) = try plan()
        for failure in failures { context.adopt(failure) }
        let system = TrialSystem(plan, holding: lock.take(), relay, decider: decider.decision)
        let trial = Trial.run(plan, by: system)
        context.add(trial.events, of: plan.targets, isNamed: access.selection.showsNames)
        return context.status.worse(status).orElse(ExitStatus(rawValue: trial.status))
      }
    } then: { _ in
      // Without a plan, the lock is still held.
      _ = lock.take()
      // A failed write does not change the status, which is about the timeouts.
      _ = context.flush()
    }
    return try result.get()
  }

  /// The plan; with the exit status and the failures of finding the namespaces.
  private func plan() throws(Failure) -> (TrialPlan, ExitStatus, [NamespaceFailure]) {
    var context = CommandContext(access)
    let targets = try access.selection.targets(&context)
    let failures = context.failures
    let status = try context.finish()
    let plan = TrialPlan(
      command: work.name, wanted: wanted, targets: targets.map { TrialTarget($0.namespace, name: $0.name) },
      isComplete: status == .success, backend: access.backend, ipvsadm: access.ipvsadm,
      renewal: renewal?.rule)
    return (plan, status, failures)
  }
}

extension ExitStatus {
  /// This status, or another one in place of success.
  fileprivate func orElse(_ other: ExitStatus) -> ExitStatus { self == .success ? other : self }
}

extension CommandContext {
  /// Collects the reports of a trial.
  ///
  /// - Parameters:
  ///   - events: The events of the trial.
  ///   - targets: The namespaces of the trial, with their names.
  ///   - isNamed: Whether results name their namespace. Results of earlier trials always do.
  mutating func add(_ events: [TrialEvent], of targets: [TrialTarget] = [], isNamed: Bool) {
    for event in events {
      if case .result(let result, let isEarlier) = event {
        let target = NamespaceTarget(result.target.namespace, name: result.target.name)
        add(
          TimeoutsReport(
            target: isNamed || isEarlier ? target : nil, backend: result.backend, content: .trial(result)))
      }
      if case .renewed(let report, let renewed) = event {
        let target = NamespaceTarget(renewed.namespace, name: renewed.name)
        add(
          TimeoutsReport(
            target: isNamed ? target : nil, backend: .netlink, content: .renewal(report, isDryRun: false)))
      }
      guard let sentence = event.sentence else { continue }
      guard let status = event.status else {
        note(sentence)
        continue
      }
      guard let namespace = event.failedNamespace else {
        note(Failure(sentence, status))
        continue
      }
      let name = targets.first { $0.namespace == namespace }?.name ?? namespace.description
      fail(NamespaceFailure(NamespaceTarget(namespace, name: name), sentence, status))
    }
  }
}

extension TrialEvent {
  /// The namespace about which it is the only report; `nil` for other events.
  fileprivate var failedNamespace: NetworkNamespace? {
    switch self {
    case .failed(let error, _): error.namespace
    case .tooLongForIpvsadm(_, let namespace): namespace
    case .mismatch, .unreadable, .notRead, .notARecord, .notRemoved, .unusableRecords, .stillRunning, .disturbed,
      .result, .renewed, .stoppedDaemon, .fallback, .nothingSet, .noNamespace, .notRecorded, .remark, .gone, .left:
      nil
    }
  }

  /// The exit status for a failure; `nil` for other events.
  fileprivate var status: ExitStatus? {
    switch self {
    case .failed(let error, _): error.exitStatus
    case .mismatch, .tooLongForIpvsadm, .unreadable, .notRead, .notARecord, .notRemoved, .unusableRecords: .refused
    case .disturbed, .stillRunning: .timedOut
    case .result, .renewed, .stoppedDaemon, .fallback, .nothingSet, .noNamespace, .notRecorded, .remark, .gone, .left:
      nil
    }
  }
}

extension UnfinishedTrial {
  private static let maximumNotices = 10

  /// Reports on standard error which timeouts earlier trials have left set, and how to finish them.
  static func reportAll() {
    guard mayBe() else { return }
    let records = TrialRecords()
    if let sentence = records.obstacle?.sentence { StandardStreams.report("ipvs-timeout: \(sentence)") }
    let notices = records.unfinished.compactMap(\.notice)
    for notice in notices.prefix(maximumNotices) { StandardStreams.report("ipvs-timeout: \(notice)") }
    guard notices.count > maximumNotices else { return }
    StandardStreams.report(
      "ipvs-timeout: \(notices.count - maximumNotices) more records of trials are in \(ChangeDirectory.usual.trials);"
        + " run `ipvs-timeout rollback` to finish all of them")
  }
}

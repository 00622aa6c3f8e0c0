// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import Linux

/// Timeouts that are to be set for a while, and what happens meanwhile.
struct TrialRequest: Hashable {
  let wanted: Timeouts
  let meanwhile: Meanwhile
  var isDryRun = false
  var output = TimeoutsOutput()
  var access = Access()

  /// What happens while they are set, and what it decides.
  enum Meanwhile: Hashable {
    /// A command runs; they are kept if it succeeds in time.
    case trying([String], within: Duration?)
    /// Somebody is asked whether they are to be kept.
    case asking(within: Duration)
    /// A command runs; they are rolled back in any case.
    case running([String])

    /// The command of ours that this is.
    var name: String {
      switch self {
      case .trying, .asking: "try"
      case .running: "with"
      }
    }
  }
}

extension TrialRequest {
  /// Sets the timeouts, has it decided whether they are kept, and keeps them or rolls them back.
  ///
  /// - Throws: ``Failure``, when nothing was set.
  func run() throws(Failure) -> ExitStatus {
    if isDryRun {
      UnfinishedTrial.reportAll()
      return try access.perform(.set(isDryRun: true), wanted, output)
    }
    StandardDescriptors.take()
    // It notes what the caller wants of signals, which is changed from here on.
    let decider = try TrialDecider(meanwhile)
    UnfinishedTrial.reportAll()
    var lock = try ChangeLock.acquired()
    var context = CommandContext(access, output, isDeferred: true)
    let result = SignalDeferral.during { relay in
      Result { () throws(Failure) in
        let (plan, status) = try plan()
        let system = TrialSystem(plan, holding: lock.take(), relay, decider: decider.decision)
        let trial = Trial.run(plan, by: system)
        context.add(trial.events, isNamed: access.selection.showsNames)
        return context.status.worse(status).orElse(ExitStatus(rawValue: trial.status))
      }
    } then: { _ in
      // Where nothing was planned, it is still held.
      _ = lock.take()
      // That it cannot be written changes nothing: the status says what has become of the timeouts.
      _ = context.flush()
    }
    return try result.get()
  }

  /// What to set where, and how finding that out went.
  private func plan() throws(Failure) -> (TrialPlan, ExitStatus) {
    var context = CommandContext(access)
    let targets = try access.selection.targets(&context)
    let status = try context.finish()
    let plan = TrialPlan(
      command: meanwhile.name, wanted: wanted, targets: targets.map { TrialTarget($0.namespace, name: $0.name) },
      isComplete: status == .success, backend: access.backend, ipvsadm: access.ipvsadm)
    return (plan, status)
  }
}

extension ExitStatus {
  /// Another one in place of success.
  fileprivate func orElse(_ other: ExitStatus) -> ExitStatus { self == .success ? other : self }
}

extension CommandContext {
  /// Notes what there is to report of a trial.
  ///
  /// - Parameters:
  ///   - events: The events.
  ///   - isNamed: Whether results are reported with their namespace; those of earlier trials always are.
  mutating func add(_ events: [TrialEvent], isNamed: Bool) {
    for event in events {
      if case .result(let result, let isEarlier) = event {
        let target = NamespaceTarget(result.target.namespace, name: result.target.name)
        add(
          TimeoutsReport(
            target: isNamed || isEarlier ? target : nil, backend: result.backend, content: .trial(result)))
      }
      guard let sentence = event.sentence else { continue }
      if let status = event.status { note(Failure(sentence, status)) } else { note(sentence) }
    }
  }
}

extension TrialEvent {
  /// How the program exits because of it; `nil` for what is no failure.
  fileprivate var status: ExitStatus? {
    switch self {
    case .failed(let error, _): error.exitStatus
    case .mismatch, .tooLongForIpvsadm, .unreadable: .refused
    case .disturbed: .timedOut
    case .result, .fallback, .nothingSet, .noNamespace, .notRecorded, .remark, .gone, .left: nil
    }
  }
}

extension NamespaceTarget {
  /// One of this name.
  fileprivate init(_ namespace: NetworkNamespace, name: String) {
    self.namespace = namespace
    self.name = name
    known = nil
  }
}

extension UnfinishedTrial {
  /// Says on standard error what earlier trials have left set, and how to finish them.
  static func reportAll() {
    guard mayBe() else { return }
    for notice in all().compactMap(\.notice) { StandardStreams.report("ipvs-timeout: \(notice)") }
  }
}

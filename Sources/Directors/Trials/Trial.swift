// SPDX-License-Identifier: Apache-2.0

internal import IPVS
internal import SystemPackage

/// A trial sets timeouts, asks for a decision, and then keeps them or rolls them back.
///
/// All of it is one change. Only SIGKILL and the signals of a crash leave it half done: see `SignalDeferral`.
package struct Trial {
  /// The state of the trial.
  package enum State: Sendable, Hashable {
    /// Nothing has been read.
    case begun
    /// All timeouts are read; nothing is recorded.
    case read([TrialSnapshot])
    /// The timeouts that may have to be restored are recorded, if that is possible; nothing is set.
    case recorded([TrialSnapshot], isRecorded: Bool)
    /// The timeouts are set in these namespaces. The last one may have failed.
    case set([TrialSnapshot], isComplete: Bool, isRecorded: Bool)
    /// The new timeouts will be kept.
    case keeping([TrialSnapshot], isRecorded: Bool)
    /// The new timeouts must be rolled back.
    case rollingBack([TrialSnapshot], isRecorded: Bool)
    /// The trial has ended.
    case ended(Ending)
  }

  /// How a trial ended.
  package enum Ending: Sendable, Hashable {
    /// Nothing was set.
    case nothingSet
    /// The new timeouts are kept.
    case kept
    /// The old timeouts are restored, except values that another program has changed.
    case rolledBack
    /// Some timeouts are not restored. The record, if there is one, is kept.
    case unfinished
  }

  private let plan: TrialPlan
  /// The state of the trial.
  package private(set) var state = State.begun
  /// The events to report, in order.
  package private(set) var events: [TrialEvent] = []
  /// The exit status of the program, unless another failure decides it.
  package private(set) var status: CInt = 0

  private init(_ plan: TrialPlan) {
    self.plan = plan
  }

  /// Runs a trial.
  ///
  /// - Parameters:
  ///   - plan: The timeouts to set, and the namespaces.
  ///   - effects: Its effects on the system. Their lock is free when this returns.
  /// - Returns: The trial, which has ended.
  package static func run(_ plan: TrialPlan, by effects: consuming some TrialEffects & ~Copyable) -> Trial {
    var trial = Trial(plan)
    var effects = effects
    while let next = trial.next(&effects) { trial.state = next }
    return trial
  }

  /// Performs the next step.
  ///
  /// Returns the state after it, or `nil` if the trial has ended.
  private mutating func next(_ effects: inout some TrialEffects & ~Copyable) -> State? {
    switch state {
    case .begun: read(&effects)
    case .read(let snapshots): record(snapshots, &effects)
    case .recorded(let snapshots, let isRecorded): set(snapshots, isRecorded, &effects)
    case .set(let snapshots, let isComplete, let isRecorded): decide(snapshots, isComplete, isRecorded, &effects)
    case .keeping(let snapshots, let isRecorded): keep(snapshots, isRecorded, &effects)
    case .rollingBack(let snapshots, let isRecorded): rollBack(snapshots, isRecorded, &effects)
    case .ended: nil
    }
  }
}

// Each step returns the state after it.
extension Trial {
  private mutating func read(_ effects: inout some TrialEffects & ~Copyable) -> State {
    // The selection may be empty, for example if no namespace is in use.
    guard !plan.targets.isEmpty else { return plan.isComplete ? .read([]) : .ended(.nothingSet) }
    var snapshots: [TrialSnapshot] = []
    var isComplete = plan.isComplete
    do throws(DirectorError) {
      let backend = try effects.open(plan.targets.map(\.namespace))
      var isFallbackReported = false
      for target in plan.targets {
        do throws(DirectorError) {
          let (snapshot, fallback) = try effects.read(target)
          snapshots.append(snapshot)
          if fallback != .notNeeded, !isFallbackReported {
            events.append(.fallback(fallback))
            isFallbackReported = true
          }
          guard backend == .ipvsadm, let name = snapshot.tooLongForIpvsadm else { continue }
          events.append(.tooLongForIpvsadm(name, in: target.namespace))
        } catch {
          if error.isSameEverywhere { throw error }
          events.append(.failed(error))
        }
        isComplete = false
      }
    } catch {
      events.append(.failed(error))
      return .ended(.nothingSet)
    }
    if isComplete { return .read(snapshots) }
    if plan.targets.count > 1 { events.append(.nothingSet) }
    return .ended(.nothingSet)
  }

  private mutating func record(
    _ snapshots: [TrialSnapshot], _ effects: inout some TrialEffects & ~Copyable
  ) -> State {
    if effects.isInterrupted { return .ended(.nothingSet) }
    guard !snapshots.isEmpty else {
      events.append(.noNamespace)
      return .recorded([], isRecorded: false)
    }
    do throws(TrialFileError) {
      try effects.record(snapshots)
      return .recorded(snapshots, isRecorded: true)
    } catch  where plan.renewal != nil {
      // Without a record, a renewal that is killed would leave a backup daemon that nobody stops.
      events.append(.failed(.kernel(.notRecorded(error))))
      return .ended(.nothingSet)
    } catch {
      events.append(.notRecorded(error))
      return .recorded(snapshots, isRecorded: false)
    }
  }

  private mutating func set(
    _ snapshots: [TrialSnapshot], _ isRecorded: Bool, _ effects: inout some TrialEffects & ~Copyable
  ) -> State {
    var touched: [TrialSnapshot] = []
    var isComplete = true
    do throws(DirectorError) {
      _ = try effects.open(snapshots.map(\.namespace))
      for snapshot in snapshots where isComplete && !effects.isInterrupted {
        // Note it even if it fails: perhaps only the answer is missing.
        touched.append(snapshot)
        let change = try effects.set(snapshot)
        if let mismatch = change.mismatch {
          events.append(.mismatch(mismatch, in: snapshot.namespace))
          isComplete = false
        } else if let report = try effects.renew(
          snapshot, in: snapshot.target, after: change, isRestoring: false)
        {
          events.append(.renewed(report, snapshot.target))
        }
      }
    } catch {
      events.append(.failed(error))
      isComplete = false
    }
    return .set(touched, isComplete: isComplete, isRecorded: isRecorded)
  }

  private mutating func decide(
    _ snapshots: [TrialSnapshot], _ isComplete: Bool, _ isRecorded: Bool,
    _ effects: inout some TrialEffects & ~Copyable
  ) -> State {
    guard isComplete, !effects.isInterrupted else { return .rollingBack(snapshots, isRecorded: isRecorded) }
    let decision = effects.decide()
    status = decision.status
    if let remark = decision.remark { events.append(.remark(remark)) }
    // After a signal nothing is kept, whatever the decision was.
    return decision.isKept && !effects.isInterrupted
      ? .keeping(snapshots, isRecorded: isRecorded) : .rollingBack(snapshots, isRecorded: isRecorded)
  }

  private mutating func keep(
    _ snapshots: [TrialSnapshot], _ isRecorded: Bool, _ effects: inout some TrialEffects & ~Copyable
  ) -> State {
    // From now on nothing may roll it back.
    if isRecorded, let event = effects.removeRecord() { events.append(event) }
    _ = end(snapshots, .keep, &effects)
    effects.removeNestedLock()
    // The decision is final, so a signal that arrives now changes nothing.
    effects.forgetSignals()
    return .ended(.kept)
  }

  private mutating func rollBack(
    _ snapshots: [TrialSnapshot], _ isRecorded: Bool, _ effects: inout some TrialEffects & ~Copyable
  ) -> State {
    let isDisturbed = isDisturbed(&effects)
    // A killed inner trial has changed the values that this trial must find. Restore those first.
    let nested = isRecorded ? effects.finishNestedTrials() : (events: [], isBlocked: false)
    events += nested.events
    let isComplete = end(snapshots, .restore(isRecorded: isRecorded), &effects)
    // A process that still changes timeouts inside this change restores the values that were set here.
    guard !isDisturbed, !nested.isBlocked else { return .ended(.unfinished) }
    if isComplete, isRecorded, let event = effects.removeRecord() { events.append(event) }
    effects.removeNestedLock()
    return .ended(isComplete ? .rolledBack : .unfinished)
  }

  /// Locks out the processes that are part of this change.
  ///
  /// Returns whether one of them does not end.
  private mutating func isDisturbed(_ effects: inout some TrialEffects & ~Copyable) -> Bool {
    do throws(ChangeLockError) {
      try effects.acquireNestedLock()
    } catch .busy(let holder) {
      events.append(.disturbed(holder))
      return true
    } catch {
      // Without a lock, others may change timeouts at the same time. The warning at the beginning said this.
    }
    return false
  }

  /// Ends the trial in these namespaces.
  ///
  /// Returns whether nothing failed.
  private mutating func end(
    _ snapshots: [TrialSnapshot], _ purpose: TrialRollback.Purpose, _ effects: inout some TrialEffects & ~Copyable
  ) -> Bool {
    var rollback = TrialRollback(purpose)
    rollback.end(snapshots) { snapshot, isKept throws(DirectorError) in
      try effects.end(snapshot, isKept: isKept)
    } renew: { snapshot, result throws(DirectorError) in
      try effects.renew(snapshot, in: result.target, after: result.restoration, isRestoring: true)
    }
    // A renewal that fails with the new timeouts often fails with the restored ones for the same reason.
    events += rollback.events.filter { event in
      if case .failed = event { !events.contains(event) } else { true }
    }
    return rollback.isComplete
  }
}

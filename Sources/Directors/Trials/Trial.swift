// SPDX-License-Identifier: Apache-2.0

internal import IPVS
internal import SystemPackage

/// A trial: timeouts are set, it is decided whether they are kept, and they are kept or rolled back.
///
/// All of it is one change, which nothing but SIGKILL leaves half done.
package struct Trial {
  /// Where it stands.
  package enum State: Sendable, Hashable {
    /// Nothing is read.
    case begun
    /// All is read; nothing is recorded.
    case read([TrialSnapshot])
    /// What may have to be restored is recorded, if that is possible; nothing is set.
    case recorded([TrialSnapshot], isRecorded: Bool)
    /// The timeouts are set in these namespaces, the last of which may have failed.
    case set([TrialSnapshot], isComplete: Bool, isRecorded: Bool)
    /// It is decided that they are kept.
    case keeping([TrialSnapshot], isRecorded: Bool)
    /// They have to be rolled back.
    case rollingBack([TrialSnapshot], isRecorded: Bool)
    /// It is over.
    case ended(Ending)
  }

  /// How a trial ended.
  package enum Ending: Sendable, Hashable {
    /// Nothing was set.
    case nothingSet
    /// The new timeouts are kept.
    case kept
    /// The old timeouts are restored, but for those that somebody else has changed.
    case rolledBack
    /// Something is not restored; its record, if there is one, stays.
    case unfinished
  }

  private let plan: TrialPlan
  /// Where it stands.
  package private(set) var state = State.begun
  /// What there is to report, in order.
  package private(set) var events: [TrialEvent] = []
  /// How the program is to exit, if nothing of its own fails.
  package private(set) var status: CInt = 0

  private init(_ plan: TrialPlan) {
    self.plan = plan
  }

  /// Carries out a trial.
  ///
  /// - Parameters:
  ///   - plan: What to set, and where.
  ///   - effects: What it does to the world; the lock that these hold is free when this returns.
  /// - Returns: The trial, which has ended.
  package static func run(_ plan: TrialPlan, by effects: consuming some TrialEffects & ~Copyable) -> Trial {
    var trial = Trial(plan)
    var effects = effects
    while let next = trial.next(&effects) { trial.state = next }
    return trial
  }

  /// Takes the next step; returns the state after it, or `nil` where the trial has ended.
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

// Each step, with the state after it.
extension Trial {
  private mutating func read(_ effects: inout some TrialEffects & ~Copyable) -> State {
    // Somebody may have named none that is in use.
    guard !plan.targets.isEmpty else { return plan.isComplete ? .read([]) : .ended(.nothingSet) }
    var snapshots: [TrialSnapshot] = []
    var isComplete = plan.isComplete
    do throws(DirectorError) {
      let (backend, fallback) = try effects.open(plan.targets.map(\.namespace))
      if fallback != .notNeeded { events.append(.fallback(fallback)) }
      for target in plan.targets {
        do throws(DirectorError) {
          let snapshot = try effects.read(target)
          snapshots.append(snapshot)
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
    do throws(Errno) {
      try effects.record(snapshots)
      return .recorded(snapshots, isRecorded: true)
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
        // Even where it fails: it may be the answer that is missing.
        touched.append(snapshot)
        guard let mismatch = try effects.set(snapshot).mismatch else { continue }
        events.append(.mismatch(mismatch, in: snapshot.namespace))
        isComplete = false
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
    // What a signal has interrupted is not kept, whatever was decided.
    return decision.isKept && !effects.isInterrupted
      ? .keeping(snapshots, isRecorded: isRecorded) : .rollingBack(snapshots, isRecorded: isRecorded)
  }

  private mutating func keep(
    _ snapshots: [TrialSnapshot], _ isRecorded: Bool, _ effects: inout some TrialEffects & ~Copyable
  ) -> State {
    // From here on nobody is to roll it back.
    if isRecorded { effects.removeRecord() }
    _ = end(snapshots, .keep, &effects)
    effects.removeNestedLock()
    // That they are kept is decided, and a signal that comes now changes nothing.
    effects.forgetSignals()
    return .ended(.kept)
  }

  private mutating func rollBack(
    _ snapshots: [TrialSnapshot], _ isRecorded: Bool, _ effects: inout some TrialEffects & ~Copyable
  ) -> State {
    let isDisturbed = isDisturbed(&effects)
    // What was killed inside has set what this one has to find.
    if isRecorded { events += effects.finishNestedTrials() }
    let isComplete = end(snapshots, .restore(isRecorded: isRecorded), &effects)
    // Who still changes something inside will restore what was set here.
    guard !isDisturbed else { return .ended(.unfinished) }
    if isComplete, isRecorded { effects.removeRecord() }
    effects.removeNestedLock()
    return .ended(isComplete ? .rolledBack : .unfinished)
  }

  /// Keeps out the processes that are part of this change; returns whether one of them does not end.
  private mutating func isDisturbed(_ effects: inout some TrialEffects & ~Copyable) -> Bool {
    do throws(ChangeLockError) {
      try effects.acquireNestedLock()
    } catch .busy(let holder) {
      events.append(.disturbed(holder))
      return true
    } catch {
      // Others may change a director without a lock at the same time, and that was said at the beginning.
    }
    return false
  }

  /// Ends it in these namespaces; returns whether nothing failed.
  private mutating func end(
    _ snapshots: [TrialSnapshot], _ purpose: TrialRollback.Purpose, _ effects: inout some TrialEffects & ~Copyable
  ) -> Bool {
    var rollback = TrialRollback(purpose)
    rollback.end(snapshots) { snapshot, isKept throws(DirectorError) in
      try effects.end(snapshot, isKept: isKept)
    }
    events += rollback.events
    return rollback.isComplete
  }
}

// SPDX-License-Identifier: Apache-2.0

package import IPVS
package import Linux

/// The effects of a trial on this machine.
///
/// It holds the lock of changes until the end of its life.
package struct TrialSystem: ~Copyable, TrialEffects {
  private let plan: TrialPlan
  private let lock: ChangeLock?
  private let relay: SignalDeferral
  private let decider: (SignalDeferral) -> TrialDecision
  private var nestedLock: ChangeLock?
  private var record: TrialFile?
  private var recorded: [TrialSnapshot] = []
  private var directors: DirectorSequence?

  /// Creates the effects of a plan.
  ///
  /// - Parameters:
  ///   - plan: The timeouts to set, and the namespaces.
  ///   - lock: The lock of changes, if it could be acquired.
  ///   - relay: The deferral that holds the signals.
  ///   - decider: Decides whether the new timeouts are kept.
  package init(
    _ plan: TrialPlan, holding lock: consuming ChangeLock?, _ relay: SignalDeferral,
    decider: @escaping (SignalDeferral) -> TrialDecision
  ) {
    self.plan = plan
    self.lock = lock
    self.relay = relay
    self.decider = decider
  }

  package var isInterrupted: Bool { !relay.signals.isEmpty }

  package mutating func open(_ namespaces: [NetworkNamespace]) throws(DirectorError) -> BackendChoice {
    let directors = try DirectorSequence(in: namespaces, backend: plan.backend, ipvsadm: plan.ipvsadm)
    let backend = directors.backend
    self.directors = consume directors
    return backend
  }

  package mutating func read(_ target: TrialTarget) throws(DirectorError) -> (TrialSnapshot, Fallback) {
    var director = try nextDirector()
    if plan.renewal != nil { try director.requireRenewal() }
    let before = try director.timeouts()
    do throws(IPVSError) {
      let snapshot = try TrialSnapshot(
        of: target, before: before, set: plan.wanted, isRenewing: plan.renewal != nil)
      return (snapshot, director.fallback)
    } catch {
      throw .kernel(error)
    }
  }

  package mutating func record(_ snapshots: [TrialSnapshot]) throws(TrialFileError) {
    recorded = snapshots
    record = try TrialFile.write(
      TrialRecord(
        command: plan.command, backend: plan.backend, ipvsadm: plan.ipvsadm, snapshots: snapshots))
  }

  package mutating func set(_ snapshot: TrialSnapshot) throws(DirectorError) -> TimeoutsChange {
    var director = try nextDirector()
    return try director.set(snapshot.set)
  }

  package mutating func renew(
    _ snapshot: TrialSnapshot, in target: TrialTarget, after change: TimeoutsChange, isRestoring: Bool
  ) throws(DirectorError) -> RenewalReport? {
    guard let rule = plan.renewal else { return nil }
    // A signal that has arrived must not prevent the renewal with the restored timeouts.
    return try snapshot.renew(by: rule.after(change), in: target) { isInterrupted && !isRestoring }
  }

  package mutating func decide() -> TrialDecision { decider(relay) }

  package mutating func acquireNestedLock() throws(ChangeLockError) {
    nestedLock = try lock?.acquireNested()
  }

  package mutating func finishNestedTrials() -> (events: [TrialEvent], isBlocked: Bool) {
    guard let number = record?.number else { return ([], false) }
    return TrialRecords().finish(after: number, of: recorded)
  }

  package mutating func end(_ snapshot: TrialSnapshot, isKept: Bool) throws(DirectorError) -> TrialResult? {
    let result = try snapshot.end(isKept: isKept, backend: plan.backend, ipvsadm: plan.ipvsadm)
    // The first renewal may have failed to stop it, and without the record nobody could.
    if !isKept { _ = try snapshot.stopDaemon() }
    return result
  }

  package mutating func removeRecord() -> TrialEvent? { record.take()?.remove() }

  package mutating func removeNestedLock() { lock?.removeNested() }

  package mutating func forgetSignals() { relay.forget(relay.signals) }

  private mutating func nextDirector() throws(DirectorError) -> Director {
    guard let director = try directors?.next() else { preconditionFailure("the directors are open") }
    return director
  }
}

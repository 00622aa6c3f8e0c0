// SPDX-License-Identifier: Apache-2.0

package import IPVS

/// The steps at the end of a trial.
///
/// A timeout that another program has changed during the trial belongs to that program, and is kept.
package struct RollbackPlan: Sendable, Hashable {
  /// The timeouts to restore.
  package let restored: Timeouts
  /// The current timeouts that another program has changed.
  ///
  /// They are not touched.
  package let left: Timeouts

  /// Plans to restore the timeouts.
  ///
  /// - Parameters:
  ///   - before: The timeouts before the trial.
  ///   - set: The timeouts that the trial has set; `nil` was not touched.
  ///   - now: The current timeouts.
  package init(before: Timeouts, set: Timeouts, now: Timeouts) {
    var restored = Timeouts()
    var left = Timeouts()
    for name in Timeouts.Name.allCases {
      guard let value = set[name], now[name] != before[name] else { continue }
      if now[name] == value { restored[name] = before[name] } else { left[name] = now[name] }
    }
    self.restored = restored
    self.left = left
  }

  /// Plans to keep the timeouts that were set, for which nothing is done.
  ///
  /// - Parameters:
  ///   - set: The timeouts that the trial has set; `nil` was not touched.
  ///   - now: The current timeouts.
  package init(keeping set: Timeouts, now: Timeouts) {
    restored = Timeouts()
    left = now.changes(from: set.merging(now))
  }
}

/// The end of a trial in each of its network namespaces.
///
/// A failure in one does not stop the others.
struct TrialRollback {
  /// The purpose of the end.
  enum Purpose: Hashable {
    /// The new timeouts are kept.
    case keep
    /// The process that set the new timeouts restores the old ones.
    case restore(isRecorded: Bool)
    /// The old timeouts are restored after the process that had set the new ones was killed.
    case finishEarlier
  }

  let purpose: Purpose
  /// The events to report, in order.
  private(set) var events: [TrialEvent] = []
  /// Whether nothing failed.
  private(set) var isComplete = true

  init(_ purpose: Purpose) {
    self.purpose = purpose
  }

  /// Ends a trial in each of these namespaces.
  ///
  /// - Parameters:
  ///   - snapshots: The changed timeouts, for each namespace.
  ///   - body: Ends the trial in one namespace: see ``TrialSnapshot/end(isKept:backend:ipvsadm:)``.
  ///   - renew: Renews the connections in a namespace whose timeouts were restored; `nil` if that is not wanted.
  mutating func end(
    _ snapshots: [TrialSnapshot], by body: (TrialSnapshot, _ isKept: Bool) throws(DirectorError) -> TrialResult?,
    renew: (TrialSnapshot, TrialResult) throws(DirectorError) -> RenewalReport?
  ) {
    for snapshot in snapshots {
      var isRestored = false
      do throws(DirectorError) {
        guard let result = try body(snapshot, purpose == .keep) else {
          addGone(snapshot)
          continue
        }
        add(result)
        isRestored = true
        guard result.last != result.after, let report = try renew(snapshot, result) else { continue }
        events.append(.renewed(report, result.target))
      } catch  where error.namespaceIsMissing {
        addGone(snapshot)
      } catch  where isRestored && !error.isAboutStoppingDaemon {
        // The timeouts are restored. Only connections keep their timers.
        events.append(.failed(error))
      } catch {
        events.append(.failed(error, advice: error.isAboutStoppingDaemon ? nil : advice(snapshot)))
        isComplete = false
      }
    }
  }

  private mutating func add(_ result: TrialResult) {
    events += result.left.names.map { .left($0, result) }
    events.append(.result(result, isEarlier: purpose == .finishEarlier))
    guard let mismatch = result.mismatch else { return }
    events.append(.mismatch(mismatch, in: result.target.namespace))
    isComplete = false
  }

  private mutating func addGone(_ snapshot: TrialSnapshot) {
    events.append(.gone(snapshot.namespace, isKept: purpose == .keep))
  }

  /// What to do after a failure.
  private func advice(_ snapshot: TrialSnapshot) -> String {
    switch purpose {
    case .keep:
      "the new timeouts should be kept: check with `ipvs-timeout show\(NamespaceCommands(snapshot.namespace).option)`"
    case .restore(isRecorded: false): "when this is fixed, run `\(snapshot.command)`"
    case .restore(isRecorded: true), .finishEarlier: "when this is fixed, run `ipvs-timeout rollback`"
    }
  }
}

extension TrialSnapshot {
  /// Restores the timeouts that no other program has changed, or reads the timeouts that are kept.
  ///
  /// - Parameters:
  ///   - isKept: Whether the new timeouts are kept.
  ///   - backend: The backend to use.
  ///   - path: The path of ipvsadm; `nil` looks in the usual places.
  /// - Returns: The result; `nil` if the namespace no longer exists.
  /// - Throws: ``DirectorError``.
  func end(isKept: Bool, backend: BackendChoice, ipvsadm path: String?) throws(DirectorError) -> TrialResult? {
    let found: TrialTarget?
    do throws(IPVSError) { found = try located() } catch { throw .kernel(error) }
    guard let target = found else { return nil }
    var directors = try DirectorSequence(in: [target.namespace], backend: backend, ipvsadm: path)
    var director = try directors.next()
    let last = try director.timeouts()
    let plan =
      isKept ? RollbackPlan(keeping: set, now: last) : RollbackPlan(before: before, set: set, now: last)
    var after = last
    if plan.restored != Timeouts() {
      try director.send(plan.restored)
      do throws(DirectorError) { after = try director.timeouts() } catch {
        throw error.readingBack(plan.restored)
      }
    }
    return TrialResult(
      target: target, backend: director.backend, before: before, tried: set.merging(before), last: last,
      after: after, isKept: isKept, plan: plan)
  }
}

/// The result for the timeouts in one network namespace at the end of a trial.
package struct TrialResult: Sendable, Hashable {
  /// The namespace, as it is reached now.
  package let target: TrialTarget
  /// The backend in use.
  package let backend: BackendChoice
  /// The timeouts before the trial.
  package let before: Timeouts
  /// The timeouts that the trial has set.
  package let tried: Timeouts
  /// The timeouts at the end of the trial, before anything was restored.
  package let last: Timeouts
  /// The timeouts now.
  package let after: Timeouts
  /// Whether the new timeouts are kept.
  package let isKept: Bool
  /// The planned steps.
  let plan: RollbackPlan

  /// The timeouts that another program has changed during the trial.
  ///
  /// They were neither kept nor restored.
  package var left: Timeouts { plan.left }

  /// The difference between the restored timeouts and those read back; `nil` if there is none.
  var mismatch: TimeoutsChange.Mismatch? { restoration.mismatch }

  /// The change from the tried timeouts to the restored ones.
  var restoration: TimeoutsChange { TimeoutsChange(wanted: plan.restored, before: last, after: after) }

  /// The result in a few words.
  package var outcome: String {
    if before == tried && tried == last && last == after { return "unchanged" }
    guard isKept || last != after else { return left.names.isEmpty ? "as before" : "left as it is" }
    let others = left.names.isEmpty ? "" : ", but not \(left.names.map(\.rawValue).joined(separator: " "))"
    // Scripts match this marker, so it keeps its words. plain-english: off
    return (isKept ? "kept" : "put back") + others
    // plain-english: on
  }

  /// The timeouts that were replaced: the old ones if the new ones are kept, the tried ones if the old ones are
  /// restored; `nil` if nothing was replaced.
  package var replaced: Timeouts? {
    let was = isKept ? before : last
    return was == after ? nil : was
  }

  /// The sentence about a timeout that is left as it is.
  func sentence(_ name: Timeouts.Name) -> String {
    func text(_ timeouts: Timeouts) -> String { timeouts[name].map { "\($0.seconds) s" } ?? "not there" }
    let start = "\(name.rawValue) in \(target.namespace.place) is left at \(text(left)): "
    return before[name] == tried[name]
      ? start + "the command or another program changed it from \(text(before)) during the trial"
      : start
        + "the trial set it from \(text(before)) to \(text(tried)), but the command or another program has changed it"
        + " since"
  }
}

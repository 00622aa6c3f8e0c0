// SPDX-License-Identifier: Apache-2.0

package import IPVS
package import SystemPackage

/// What a trial sets, and where.
package struct TrialPlan: Sendable, Hashable {
  /// The command that began it: `try` or `with`.
  package var command: String
  /// The timeouts to set.
  package var wanted: Timeouts
  /// The namespaces in which to set them.
  package var targets: [TrialTarget]
  /// Whether these are all that are meant; else some could not be found, and nothing is set.
  package var isComplete: Bool
  /// The backend to take.
  package var backend: BackendChoice
  /// The path of ipvsadm; `nil` looks in the usual places.
  package var ipvsadm: String?

  /// A plan with its parts.
  package init(
    command: String, wanted: Timeouts, targets: [TrialTarget], isComplete: Bool = true, backend: BackendChoice = .auto,
    ipvsadm: String? = nil
  ) {
    self.command = command
    self.wanted = wanted
    self.targets = targets
    self.isComplete = isComplete
    self.backend = backend
    self.ipvsadm = ipvsadm
  }
}

/// What was decided of a trial.
package struct TrialDecision: Sendable, Hashable {
  /// Whether the new timeouts are kept.
  package let isKept: Bool
  /// How the program is to exit, if nothing of its own fails.
  package let status: CInt
  /// What there is to say of the decision, when all is over.
  package let remark: String?

  /// A decision with its parts.
  package init(isKept: Bool, status: CInt, remark: String? = nil) {
    self.isKept = isKept
    self.status = status
    self.remark = remark
  }
}

/// What a trial does to the world, and asks of it.
package protocol TrialEffects: ~Copyable {
  /// Whether a signal has come that is to end this process.
  var isInterrupted: Bool { get }

  /// Opens directors, of which ``read(_:)`` and ``set(_:)`` each take the next.
  mutating func open(_ namespaces: [NetworkNamespace]) throws(DirectorError) -> (BackendChoice, Fallback)
  /// Reads the timeouts of the next director, and notes which namespace it is.
  mutating func read(_ target: TrialTarget) throws(DirectorError) -> TrialSnapshot
  /// Records what will have to be restored.
  mutating func record(_ snapshots: [TrialSnapshot]) throws(Errno)
  /// Sets the timeouts of the next director and reads them back.
  mutating func set(_ snapshot: TrialSnapshot) throws(DirectorError) -> TimeoutsChange
  /// Has it decided whether the new timeouts are kept.
  mutating func decide() -> TrialDecision
  /// Waits for the processes that are part of this change, and keeps them out from then on.
  mutating func acquireNestedLock() throws(ChangeLockError)
  /// Finishes the trials that were begun inside this one, and killed.
  mutating func finishNestedTrials() -> [TrialEvent]
  /// Restores the timeouts of one namespace, or looks at them where they are kept; `nil` where it has gone.
  mutating func end(_ snapshot: TrialSnapshot, isKept: Bool) throws(DirectorError) -> TrialResult?
  /// Removes the record: nothing has to be restored any more.
  mutating func removeRecord()
  /// Removes the lock of the processes that are part of this change.
  mutating func removeNestedLock()
  /// Forgets the signals that have come.
  mutating func forgetSignals()
}

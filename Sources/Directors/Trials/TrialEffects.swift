// SPDX-License-Identifier: Apache-2.0

package import IPVS

/// The timeouts that a trial sets, and the namespaces.
package struct TrialPlan: Sendable, Hashable {
  /// The command of the trial: `try` or `with`.
  package var command: String
  /// The timeouts to set.
  package var wanted: Timeouts
  /// The namespaces in which to set them.
  package var targets: [TrialTarget]
  /// Whether these are all selected namespaces.
  ///
  /// If not, some were not found, and nothing is set.
  package var isComplete: Bool
  /// The backend to use.
  package var backend: BackendChoice
  /// The path of ipvsadm; `nil` looks in the usual places.
  package var ipvsadm: String?
  /// How to renew connections each time when timeouts are set; `nil` leaves them on their timers.
  package var renewal: RenewalRule?

  /// Creates a plan from its parts.
  package init(
    command: String, wanted: Timeouts, targets: [TrialTarget], isComplete: Bool = true, backend: BackendChoice = .auto,
    ipvsadm: String? = nil, renewal: RenewalRule? = nil
  ) {
    self.command = command
    self.wanted = wanted
    self.targets = targets
    self.isComplete = isComplete
    self.backend = backend
    self.ipvsadm = ipvsadm
    self.renewal = renewal
  }
}

/// The decision of a trial.
package struct TrialDecision: Sendable, Hashable {
  /// Whether the new timeouts are kept.
  package let isKept: Bool
  /// The exit status of the program, unless another failure decides it.
  package let status: CInt
  /// A remark about the decision, which is reported at the end.
  package let remark: String?

  /// Creates a decision from its parts.
  package init(isKept: Bool, status: CInt, remark: String? = nil) {
    self.isKept = isKept
    self.status = status
    self.remark = remark
  }
}

/// The effects of a trial on the system, and its questions to it.
package protocol TrialEffects: ~Copyable {
  /// Whether a signal has arrived that should end this process.
  var isInterrupted: Bool { get }

  /// Opens directors. Each call of ``read(_:)`` and ``set(_:)`` uses the next one.
  ///
  /// Returns the backend with which they begin.
  mutating func open(_ namespaces: [NetworkNamespace]) throws(DirectorError) -> BackendChoice
  /// Reads the timeouts of the next director, and notes the identity of its namespace.
  ///
  /// Returns also whether `auto` used another backend than its first, and why.
  mutating func read(_ target: TrialTarget) throws(DirectorError) -> (TrialSnapshot, Fallback)
  /// Records the timeouts that may have to be restored.
  mutating func record(_ snapshots: [TrialSnapshot]) throws(TrialFileError)
  /// Sets the timeouts of the next director and reads them back.
  mutating func set(_ snapshot: TrialSnapshot) throws(DirectorError) -> TimeoutsChange
  /// Renews the connections in a namespace, after its timeouts were set or restored; `nil` if that is not wanted.
  mutating func renew(
    _ snapshot: TrialSnapshot, in target: TrialTarget, after change: TimeoutsChange, isRestoring: Bool
  ) throws(DirectorError) -> RenewalReport?
  /// Decides whether the new timeouts are kept.
  mutating func decide() -> TrialDecision
  /// Waits for the processes that are part of this change, and then locks them out.
  mutating func acquireNestedLock() throws(ChangeLockError)
  /// Finishes trials that were started inside this one and killed.
  ///
  /// Returns the events to report, and whether one of them still has to restore timeouts of this trial.
  mutating func finishNestedTrials() -> (events: [TrialEvent], isBlocked: Bool)
  /// Restores the timeouts of one namespace, or reads them if they are kept; `nil` if the namespace no longer exists.
  mutating func end(_ snapshot: TrialSnapshot, isKept: Bool) throws(DirectorError) -> TrialResult?
  /// Removes the record, because nothing must be restored any longer.
  ///
  /// Returns the event about a record that is still there.
  mutating func removeRecord() -> TrialEvent?
  /// Removes the lock of the processes that are part of this change.
  mutating func removeNestedLock()
  /// Discards the signals that have arrived.
  mutating func forgetSignals()
}

// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// What a signal does before this program changes it, as its caller left it.
package struct SavedSignalAction: Sendable {
  /// The signal.
  package let number: CInt
  private var action = sigaction()

  /// What the signal does now.
  package init(_ number: CInt) {
    self.number = number
    sigaction(number, nil, &action)
  }

  /// Whether it is ignored, as nohup has it.
  package var isIgnored: Bool {
    unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  /// Has the signal do that again.
  package func restore() {
    var action = action
    sigaction(number, &action, nil)
  }
}

/// A signal that is held up, and what the caller had it do.
struct DeferredSignal {
  private let caller: SavedSignalAction

  /// Holds a signal up; `nil` where the caller ignores it, as nohup does, and it stays ignored.
  init?(_ number: CInt) {
    caller = SavedSignalAction(number)
    if caller.isIgnored { return nil }
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { SignalArrivals.note($0) }
    action.sa_flags = SA_RESTART
    sigaction(number, &action, nil)
  }

  /// Has the signal do again what the caller wanted.
  func release() {
    caller.restore()
  }
}

/// Signals that this process ignores so that nothing is left half done, and what its caller has them do.
package struct IgnoredSignals: Sendable {
  /// Those of output that nobody takes any more.
  private let output = [SIGPIPE, SIGXFSZ].map(SavedSignalAction.init)
  /// Those with which a terminal stops a job.
  private let job = [SIGTSTP, SIGTTIN, SIGTTOU].map(SavedSignalAction.init)

  /// Ignores them from now on.
  package init() {
    ignore(output)
    ignore(job)
  }

  /// Those that the caller does not have ignored.
  package var others: [CInt] { (output + job).filter { !$0.isIgnored }.map(\.number) }

  /// Can be stopped with its job again, while something is done.
  package func whileStoppable<Result>(_ body: () -> Result) -> Result {
    for caller in job { caller.restore() }
    defer { ignore(job) }
    return body()
  }

  private func ignore(_ callers: [SavedSignalAction]) {
    for caller in callers { signal(caller.number, SIG_IGN) }
  }
}

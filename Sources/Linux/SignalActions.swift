// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// The action of a signal as the caller set it, before this program changes it.
package struct SavedSignalAction: Sendable {
  /// The signal.
  package let number: CInt
  private var action = sigaction()

  /// Reads the current action of a signal.
  package init(_ number: CInt) {
    self.number = number
    sigaction(number, nil, &action)
  }

  /// Whether the signal is ignored, as under nohup.
  package var isIgnored: Bool {
    unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  /// Restores this action.
  package func restore() {
    var action = action
    sigaction(number, &action, nil)
  }
}

/// A signal that is held, with the action that the caller set.
struct DeferredSignal {
  private let caller: SavedSignalAction

  /// Holds a signal; `nil` if the caller ignores it, as under nohup.
  ///
  /// Then it stays ignored.
  init?(_ number: CInt) {
    caller = SavedSignalAction(number)
    if caller.isIgnored { return nil }
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { SignalArrivals.note($0) }
    action.sa_flags = SA_RESTART
    sigaction(number, &action, nil)
  }

  /// Restores the action that the caller set.
  func release() {
    caller.restore()
  }
}

/// Signals that this process ignores so that nothing is left half done, with the actions that the caller set.
package struct IgnoredSignals: Sendable {
  /// The signals of output that cannot be written.
  private let output = [SIGPIPE, SIGXFSZ].map(SavedSignalAction.init)
  /// The signals that stop a job on a terminal.
  private let job = [SIGTSTP, SIGTTIN, SIGTTOU].map(SavedSignalAction.init)

  /// Ignores the signals from now on.
  package init() {
    ignore(output)
    ignore(job)
  }

  /// The signals that the caller has not ignored.
  package var others: [CInt] { (output + job).filter { !$0.isIgnored }.map(\.number) }

  /// Runs `body` with the stop signals active, so that this process can be stopped with its job.
  package func whileStoppable<Result>(_ body: () -> Result) -> Result {
    for caller in job { caller.restore() }
    defer { ignore(job) }
    return body()
  }

  private func ignore(_ callers: [SavedSignalAction]) {
    for caller in callers { signal(caller.number, SIG_IGN) }
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Signals that this process ignores so that nothing is left half done, and what its caller has them do.
package struct IgnoredSignals: Sendable {
  /// Those of output that nobody takes any more.
  private let output = [SIGPIPE, SIGXFSZ].map(CallerSignal.init)
  /// Those with which a terminal stops a job.
  private let job = [SIGTSTP, SIGTTIN, SIGTTOU].map(CallerSignal.init)

  /// Ignores them from now on.
  package init() {
    ignore(output)
    ignore(job)
  }

  /// Those that the caller does not have ignored.
  package var others: [CInt] { (output + job).filter { !$0.isIgnored }.map(\.number) }

  /// Can be stopped with its job again, while something is done.
  package func whileStoppable<Result>(_ body: () -> Result) -> Result {
    for caller in job { caller.putBack() }
    defer { ignore(job) }
    return body()
  }

  private func ignore(_ callers: [CallerSignal]) {
    for caller in callers { signal(caller.number, SIG_IGN) }
  }
}

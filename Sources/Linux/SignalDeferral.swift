// SPDX-License-Identifier: Apache-2.0

internal import Dispatch
internal import Glibc
internal import Synchronization

/// Holds up the signals that would end this process while something is under way that must not be left half done.
///
/// What is run meanwhile may have a process group of its own, so that it can be killed with all that it started; a
/// terminal's signals do not reach it there. SIGKILL cannot be held up.
package final class SignalDeferral: Sendable {
  private static let signals = [
    SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGALRM, SIGVTALRM, SIGPROF, SIGUSR1, SIGUSR2, SIGIO, SIGPWR, SIGXCPU,
  ]
  /// Signals are the process's: what is inside something else that holds them up leaves them to that.
  private static let isHeld = Mutex(false)

  private let received = Mutex<[CInt]>([])

  /// Runs `body` with the signals held up, then ends this process by the first that came, if one did.
  ///
  /// Inside another call of it, `body` is just run, and no signal interrupts it: the other one decides.
  ///
  /// - Parameters:
  ///   - interrupt: Called on another thread when a signal has come; it is to make `body` return soon.
  ///   - body: What to run, with the relay that knows which signals came.
  ///   - finish: What there is to do when signals are no longer held up, and before the process ends by one.
  /// - Returns: What `body` returned.
  package static func during<Result>(
    interrupt: @escaping @Sendable () -> Void = {}, _ body: (SignalDeferral) -> Result,
    then finish: (Result) -> Void = { _ in }
  ) -> Result {
    let relay = SignalDeferral()
    let isOutermost = isHeld.withLock { isHeld in
      defer { isHeld = true }
      return !isHeld
    }
    let held = isOutermost ? signals.compactMap { relay.hold($0, interrupt) } : []
    let result = body(relay)
    for signal in held { signal.release() }
    if isOutermost { isHeld.withLock { $0 = false } }
    finish(result)
    if let number = relay.signals.first { endProcess(by: number) }
    return result
  }

  /// The signals that came, in this order, each once.
  package var signals: [CInt] { received.withLock { $0 } }

  /// Forgets signals that were meant for another process.
  package func forget(_ numbers: [CInt]) {
    received.withLock { $0.removeAll(where: numbers.contains) }
  }

  private static func endProcess(by number: CInt) {
    // Dispatch may have left it blocked in this thread.
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, number)
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
    raise(number)
  }

  private func hold(_ number: CInt, _ interrupt: @escaping @Sendable () -> Void) -> DeferredSignal? {
    DeferredSignal(number) { [self] in
      received.withLock { if !$0.contains(number) { $0.append(number) } }
      interrupt()
    }
  }
}

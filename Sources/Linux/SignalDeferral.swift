// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Synchronization

/// Holds the signals that would end this process while it does something that must not be left half done.
///
/// A command that runs at that time may lead its own process group, so that it can be killed with all its processes.
/// Signals from a terminal do not reach such a group.
///
/// These signals cannot be held, and end the process in the middle: SIGKILL; SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV and
/// SIGSYS, which report a crash; and 32 and 33, which the C library keeps for itself.
package final class SignalDeferral: Sendable {
  private static let signals =
    [
      SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGALRM, SIGVTALRM, SIGPROF, SIGUSR1, SIGUSR2, SIGIO, SIGPWR, SIGXCPU,
      SIGSTKFLT,
      // abort(3) ends the process even if this one is held.
      SIGABRT,
    ] + Array(__libc_current_sigrtmin()...__libc_current_sigrtmax())
  /// Signals belong to the whole process.
  ///
  /// An inner call leaves them to the outer call.
  private static let isHeld = Mutex(false)

  /// The signals that arrived, once they are no longer held; `nil` while more may arrive.
  private let received: Mutex<[CInt]?>

  private init(isOutermost: Bool) {
    received = Mutex(isOutermost ? nil : [])
  }

  /// Runs `body` with the signals held.
  ///
  /// Then, if a signal arrived, ends this process by the first one.
  ///
  /// Inside another call, `body` just runs, and no signal interrupts it: the outer call decides.
  ///
  /// - Parameters:
  ///   - interrupt: Called on another thread when a signal has arrived. It should make `body` return soon.
  ///   - body: The work. It gets the deferral, which knows the signals that arrived.
  ///   - finish: The work after signals are no longer held, and before the process ends by one.
  /// - Returns: The result of `body`.
  package static func during<Result>(
    interrupt: (@Sendable () -> Void)? = nil, _ body: (SignalDeferral) -> Result,
    then finish: (Result) -> Void = { _ in }
  ) -> Result {
    let isOutermost = isHeld.withLock { isHeld in
      defer { isHeld = true }
      return !isHeld
    }
    let relay = SignalDeferral(isOutermost: isOutermost)
    guard isOutermost else {
      let result = body(relay)
      finish(result)
      return result
    }
    SignalArrivals.open()
    let held = signals.compactMap(DeferredSignal.init)
    let watch = interrupt.map(SignalWatch.init)
    let result = body(relay)
    watch?.end()
    // In this order, so that a signal that arrives now is not lost.
    for signal in held { signal.release() }
    relay.received.withLock { $0 = SignalArrivals.close() }
    isHeld.withLock { $0 = false }
    finish(result)
    if let number = relay.signals.first { endProcess(by: number) }
    return result
  }

  /// The signals that arrived, in order, each once.
  package var signals: [CInt] { received.withLock { $0 ?? SignalArrivals.numbers } }

  /// Removes signals that were meant for another process.
  package func forget(_ numbers: [CInt]) {
    received.withLock { received in
      if received == nil { SignalArrivals.forget(numbers) }
      received?.removeAll(where: numbers.contains)
    }
  }

  private static func endProcess(by number: CInt) {
    // On a thread of Dispatch the signal is blocked.
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, number)
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
    raise(number)
  }
}

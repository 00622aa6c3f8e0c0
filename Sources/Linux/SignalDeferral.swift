// SPDX-License-Identifier: Apache-2.0

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

  /// What came, once nothing is held up any more; `nil` as long as more may come.
  private let received: Mutex<[CInt]?>

  private init(isOutermost: Bool) {
    received = Mutex(isOutermost ? nil : [])
  }

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
    // In this order, so that there is no moment at which one that comes is nobody's.
    for signal in held { signal.release() }
    relay.received.withLock { $0 = SignalArrivals.close() }
    isHeld.withLock { $0 = false }
    finish(result)
    if let number = relay.signals.first { endProcess(by: number) }
    return result
  }

  /// The signals that came, in this order, each once.
  package var signals: [CInt] { received.withLock { $0 ?? SignalArrivals.numbers } }

  /// Forgets signals that were meant for another process.
  package func forget(_ numbers: [CInt]) {
    received.withLock { received in
      if received == nil { SignalArrivals.forget(numbers) }
      received?.removeAll(where: numbers.contains)
    }
  }

  private static func endProcess(by number: CInt) {
    // A thread of Dispatch's has it blocked.
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, number)
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
    raise(number)
  }
}

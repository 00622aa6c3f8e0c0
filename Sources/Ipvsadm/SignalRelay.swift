// SPDX-License-Identifier: Apache-2.0

internal import Dispatch
internal import Glibc
internal import Synchronization

/// Holds up the signals that would end this process while a program runs that must not be left alone.
///
/// The program has a process group of its own, so that it can be killed with all that it started; a terminal's signals
/// do not reach it there. SIGKILL cannot be held up.
final class SignalRelay: Sendable {
  private static let signals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGALRM, SIGUSR1, SIGUSR2, SIGXCPU]

  private let received = Mutex<CInt?>(nil)

  /// Runs `body` with the signals held up, then ends this process by the first that came, if one did.
  ///
  /// - Parameters:
  ///   - interrupt: Called on another thread when a signal has come; it is to make `body` return soon.
  ///   - body: What to run.
  /// - Returns: What `body` returned.
  static func during<Result>(interrupt: @escaping @Sendable () -> Void, _ body: () -> Result) -> Result {
    let relay = SignalRelay()
    let held = signals.compactMap { relay.hold($0, interrupt) }
    let result = body()
    for signal in held { signal.release() }
    if let number = relay.received.withLock({ $0 }) { endProcess(by: number) }
    return result
  }

  private static func endProcess(by number: CInt) {
    // Dispatch may have left it blocked in this thread.
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, number)
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
    raise(number)
  }

  private func hold(_ number: CInt, _ interrupt: @escaping @Sendable () -> Void) -> HeldSignal? {
    HeldSignal(number) { [self] in
      received.withLock { $0 = $0 ?? number }
      interrupt()
    }
  }
}

/// A signal that is held up, and what the caller had it do.
private struct HeldSignal {
  private let number: CInt
  private let source: any DispatchSourceSignal
  private let settled = DispatchSemaphore(value: 0)
  private var action = sigaction()

  /// Holds a signal up; `nil` where the caller ignores it, as nohup does, and it stays ignored.
  init?(_ number: CInt, _ handler: @escaping @Sendable () -> Void) {
    self.number = number
    sigaction(number, nil, &action)
    if unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) {
      return nil
    }
    source = DispatchSource.makeSignalSource(signal: number, queue: .global(qos: .userInteractive))
    source.setEventHandler(handler: handler)
    source.setRegistrationHandler { [settled] in settled.signal() }
    source.setCancelHandler { [settled] in settled.signal() }
    source.activate()
    // From here on Dispatch has a handler of its own for the signal.
    settled.wait()
  }

  /// Has the signal do again what the caller wanted.
  func release() {
    source.cancel()
    settled.wait()
    var action = action
    sigaction(number, &action, nil)
  }
}

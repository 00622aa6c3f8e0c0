// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Synchronization

/// A thread that does something when a signal has come.
final class SignalWatch: Sendable {
  private let action: @Sendable () -> Void
  private let hasEnded = Atomic(false)
  private let thread = Mutex<pthread_t?>(nil)

  /// Begins; where the system gives no thread, nothing is done, and the signals wait until they are asked for.
  init(_ action: @escaping @Sendable () -> Void) {
    self.action = action
    // It gets none itself.
    var (all, before) = (sigset_t(), sigset_t())
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    let watch = Unmanaged.passRetained(self)
    var thread = pthread_t()
    let failure = pthread_create(
      &thread, nil,
      { watch in
        if let watch { Unmanaged<SignalWatch>.fromOpaque(watch).takeRetainedValue().look() }
        return nil
      }, watch.toOpaque())
    if failure == 0 { self.thread.withLock { $0 = thread } } else { watch.release() }
  }

  /// Ends; nothing is done any more.
  func end() {
    guard let thread = thread.withLock({ $0.take() }) else { return }
    hasEnded.store(true, ordering: .sequentiallyConsistent)
    SignalArrivals.ring()
    pthread_join(thread, nil)
  }

  private func look() {
    while true {
      SignalArrivals.wait()
      if hasEnded.load(ordering: .sequentiallyConsistent) { return }
      if !SignalArrivals.numbers.isEmpty { action() }
    }
  }
}

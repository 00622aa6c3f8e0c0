// SPDX-License-Identifier: Apache-2.0

internal import Dispatch
internal import Glibc

/// A signal that is held up, and what the caller had it do.
struct HeldSignal {
  private let number: CInt
  private let source: any DispatchSourceSignal
  private let settled = DispatchSemaphore(value: 0)
  private let caller: CallerSignal

  /// Holds a signal up; `nil` where the caller ignores it, as nohup does, and it stays ignored.
  init?(_ number: CInt, _ handler: @escaping @Sendable () -> Void) {
    self.number = number
    caller = CallerSignal(number)
    if caller.isIgnored { return nil }
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
    caller.putBack()
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import Dispatch
internal import Glibc
internal import Synchronization

/// Holds up the signals that would end this process while a program runs that must not be left alone.
///
/// The program has a process group of its own, so that it can be killed with all that it started; a terminal's signals
/// do not reach it there.
final class SignalRelay: Sendable {
  private let received = Mutex<CInt?>(nil)

  /// Runs `body` with the signals held up, then ends this process by the first that came, if one did.
  ///
  /// - Parameters:
  ///   - interrupt: Called on another thread when a signal has come; it is to make `body` return soon.
  ///   - body: What to run.
  /// - Returns: What `body` returned.
  static func during<Result>(interrupt: @escaping @Sendable () -> Void, _ body: () -> Result) -> Result {
    let relay = SignalRelay()
    let held = [SIGINT, SIGTERM, SIGHUP].compactMap { relay.hold($0, interrupt) }
    let result = body()
    for signal in held {
      signal.source.cancel()
      Glibc.signal(signal.number, signal.handler)
    }
    if let number = relay.received.withLock({ $0 }) { raise(number) }
    return result
  }

  /// A signal that is held up, and what the caller had it do.
  private struct Held {
    let number: CInt
    let handler: __sighandler_t?
    let source: any DispatchSourceSignal
  }

  private func hold(_ number: CInt, _ interrupt: @escaping @Sendable () -> Void) -> Held? {
    let handler = Glibc.signal(number, SIG_IGN)
    // What the caller ignores, as nohup does, stays ignored.
    if unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) { return nil }
    let source = DispatchSource.makeSignalSource(signal: number, queue: .global(qos: .userInteractive))
    source.setEventHandler { [self] in
      received.withLock { $0 = $0 ?? number }
      interrupt()
    }
    source.activate()
    return Held(number: number, handler: handler, source: source)
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import Dispatch
internal import Glibc
internal import Synchronization
package import SystemPackage

/// A thread for work that may hang where nothing can reach it, so that the caller waits no longer than it may take.
///
/// A thread that hangs stays, and alone; it ends with the process.
package enum ThreadWithTimeout {
  /// Why there is no result.
  package enum Obstacle: Error, Hashable {
    /// The work has not ended in time.
    case timedOut
    /// The system gives no thread.
    case noThread(Errno)
  }

  /// Does work on another thread and waits for its end.
  ///
  /// - Parameters:
  ///   - limit: How long to wait at the most.
  ///   - work: What to do. It begins in the network namespace of the caller.
  /// - Returns: What the work returned.
  /// - Throws: ``Obstacle``.
  package static func run<Value: Sendable>(
    within limit: Duration, _ work: @escaping @Sendable () -> Value
  ) throws(Obstacle) -> Value {
    let result = Box<Value>()
    let task = Unmanaged.passRetained(Work { result.put(work()) })
    var thread = pthread_t()
    // Not a queue of Dispatch: where no thread can be made, that tries for ever, on the thread that asks.
    let failure = pthread_create(&thread, nil, { Work.doIt($0) }, task.toOpaque())
    guard failure == 0 else {
      task.release()
      throw .noThread(Errno(rawValue: failure))
    }
    pthread_detach(thread)
    guard let value = result.take(within: limit) else { throw .timedOut }
    return value
  }
}

/// What a thread is to do, handed over to it.
private final class Work: Sendable {
  private let body: @Sendable () -> Void

  init(_ body: @escaping @Sendable () -> Void) {
    self.body = body
  }

  static func doIt(_ work: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let work { Unmanaged<Work>.fromOpaque(work).takeRetainedValue().body() }
    return nil
  }
}

/// Carries a value from one thread or task to a thread that waits for it.
package final class Box<Value: Sendable>: Sendable {
  private let value = Mutex<Value?>(nil)
  private let filled = DispatchSemaphore(value: 0)

  /// A box with nothing in it yet.
  package init() {}

  /// Puts the value into it, once.
  package func put(_ value: Value) {
    self.value.withLock { $0 = value }
    filled.signal()
  }

  /// Waits for the value and takes it.
  ///
  /// - Parameter limit: How long to wait; `nil` for as long as it takes.
  /// - Returns: The value; `nil` when none came in time.
  package func take(within limit: Duration? = nil) -> Value? {
    let end = limit.map { DispatchTime.now() + .milliseconds(Int($0 / .milliseconds(1))) }
    _ = filled.wait(timeout: end ?? .distantFuture)
    return value.withLock { $0 }
  }
}

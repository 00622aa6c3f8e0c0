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

/// Looks again and again for something of which the kernel tells nobody, until it is there or the time is over.
///
/// It looks at once, and for the last time when the time is over.
///
/// - Parameters:
///   - end: When the time is over; `nil` for never.
///   - interval: How long to sleep between two looks.
///   - longest: Up to which length to double that after each sleep; `nil` for always the same.
///   - look: Looks. It gets whether this is the last time, and returns a value to end the loop.
/// - Returns: What `look` returned, or `nil` when the time was over before that.
/// - Throws: What `look` throws.
package func poll<Value: ~Copyable, Failure>(
  until end: ContinuousClock.Instant?, every interval: Duration, upTo longest: Duration? = nil,
  _ look: (_ isLast: Bool) throws(Failure) -> Value?
) throws(Failure) -> Value? {
  var interval = interval
  while true {
    let isLast = end.map { ContinuousClock.now >= $0 } ?? false
    if let value = try look(isLast) { return value }
    if isLast { return nil }
    let rest = end.map { ContinuousClock.now.duration(to: $0) } ?? interval
    let microseconds = min(interval, max(rest, .zero)) / Duration.microseconds(1)
    usleep(UInt32(min(microseconds, 1e9)) + 1)
    if let longest { interval = min(interval * 2, longest) }
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Synchronization
package import SystemPackage

/// A thread for work that may hang where nothing can interrupt it.
///
/// The caller waits for a limited time.
///
/// A thread that hangs is left alone, and ends with the process.
package enum ThreadWithTimeout {
  /// The reason why there is no result.
  package enum Obstacle: Error, Hashable {
    /// The work did not end in time.
    case timedOut
    /// The system provides no thread.
    case noThread(Errno)
  }

  /// Runs work on another thread and waits for its end.
  ///
  /// - Parameters:
  ///   - limit: How long to wait at most.
  ///   - work: The work. It begins in the network namespace of the caller.
  /// - Returns: The result of the work.
  /// - Throws: ``Obstacle``.
  package static func run<Value: Sendable>(
    within limit: Duration, _ work: @escaping @Sendable () -> Value
  ) throws(Obstacle) -> Value {
    // Not a `Box`, whose metadata would cost the most used commands more than the work. The semaphore keeps the threads
    // apart: nothing reads the result before the work has ended, or at all if that comes too late.
    nonisolated(unsafe) var result: Value?
    let done = Semaphore()
    do throws(Errno) {
      try start {
        result = work()
        done.signal()
      }
    } catch {
      throw .noThread(error)
    }
    guard done.wait(within: limit), let value = result else { throw .timedOut }
    return value
  }

  /// Runs work on a new thread, and does not wait for it.
  ///
  /// - Throws: `Errno`, when no thread can be created. Then the work is not done.
  package static func start(_ work: @escaping @Sendable () -> Void) throws(Errno) {
    let task = Unmanaged.passRetained(Work(work))
    var thread = pthread_t()
    // Not a Dispatch queue: if no thread can be created, Dispatch retries forever on the calling thread.
    let failure = pthread_create(&thread, nil, { Work.doIt($0) }, task.toOpaque())
    guard failure == 0 else {
      task.release()
      throw ThreadStack.cause(of: failure)
    }
    pthread_detach(thread)
  }
}

/// The work of a thread.
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

/// Passes one value from a thread or task to a thread that waits for it.
package final class Box<Value: Sendable>: Sendable {
  private let value = Mutex<Value?>(nil)
  private let filled = Semaphore()

  /// Creates an empty box.
  package init() {}

  /// Stores the value.
  ///
  /// Call it once.
  package func put(_ value: Value) {
    self.value.withLock { $0 = value }
    filled.signal()
  }

  /// Waits for the value.
  ///
  /// - Parameter limit: How long to wait; `nil` for no limit.
  /// - Returns: The value; `nil` if there was none in time.
  package func take(within limit: Duration? = nil) -> Value? {
    _ = filled.wait(within: limit)
    return value.withLock { $0 }
  }
}

/// Checks a condition again and again until it holds or the time is over, for conditions that the kernel does not
/// report.
///
/// It checks once at the beginning, and a last time when the time is over.
///
/// - Parameters:
///   - end: When the time is over; `nil` for never.
///   - interval: How long to sleep between two checks.
///   - longest: The interval doubles after each sleep, up to this length; `nil` keeps it constant.
///   - look: The check. It gets whether this is the last time, and returns a value to end the loop.
/// - Returns: The value that `look` returned, or `nil` if the time was over.
/// - Throws: The error of `look`.
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

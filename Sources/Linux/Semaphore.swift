// SPDX-License-Identifier: Apache-2.0

internal import CSyscalls
internal import Glibc

/// A semaphore of the C library, which starts at 0.
///
/// Dispatch has one, too, but then each command that starts a thread would read a part of the program that nothing else
/// needs, and ask for the time in three ways.
final class Semaphore: Sendable {
  // A pointer is not Sendable. The functions of the C library may use this one on all threads. Nothing else does, and
  // `deinit` comes after the last of them.
  nonisolated(unsafe) private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

  init() {
    let failure = sem_init(semaphore, 0, 0)
    precondition(failure == 0, "a semaphore that starts at 0 is valid")
  }

  deinit {
    sem_destroy(semaphore)
    semaphore.deallocate()
  }

  /// Lets one wait end.
  func signal() {
    // The thread that waits may have the only other reference.
    withExtendedLifetime(self) { _ = sem_post(semaphore) }
  }

  /// Waits for a signal.
  ///
  /// - Parameter limit: How long to wait; `nil` for no limit.
  /// - Returns: Whether there was a signal in time.
  func wait(within limit: Duration? = nil) -> Bool {
    withExtendedLifetime(self) { semaphore_wait(semaphore, limit.map(Semaphore.nanoseconds) ?? -1) == 0 }
  }

  /// A time as a number that the system's clocks can add; negative times count as 0.
  private static func nanoseconds(_ time: Duration) -> Int64 {
    guard time > .zero else { return 0 }
    let (seconds, attoseconds) = time.components
    // 30 years
    guard seconds < 1_000_000_000 else { return 1_000_000_000_000_000_000 }
    return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
  }
}

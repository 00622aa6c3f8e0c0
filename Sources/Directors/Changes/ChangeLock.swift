// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import Linux
package import SystemPackage

/// The lock of changes: while it exists, no other process that uses it changes timeouts on this machine.
///
/// Its holder is found in `/proc/locks`, so nothing is written.
///
/// The processes that the holder starts, and their children, are part of its change. They exclude each other by a
/// nested lock, which only they use, and so on.
package struct ChangeLock: ~Copyable {
  private let file: FileLock

  /// Waits until the lock is free, and acquires it.
  ///
  /// - Parameters:
  ///   - directory: The directory of the lock. It is created if it does not exist.
  ///   - timeout: How long to wait for the lock.
  /// - Returns: The lock.
  /// - Throws: ``ChangeLockError``.
  package static func acquire(
    in directory: ChangeDirectory = .usual, timeout: Duration = .seconds(10)
  ) throws(ChangeLockError) -> ChangeLock {
    let file = try open(directory.lock, directory)
    do throws(Errno) {
      try file.acquire()
      return ChangeLock(file: file)
    } catch {
      return try wait(for: file, at: directory.lock, directory, timeout)
    }
  }

  /// Waits until the processes that are part of this change have finished their changes, and acquires their lock.
  ///
  /// - Parameters:
  ///   - directory: The directory of the lock.
  ///   - timeout: How long to wait for them.
  /// - Returns: The nested lock.
  /// - Throws: ``ChangeLockError``.
  package func acquireNested(
    in directory: ChangeDirectory = .usual, timeout: Duration = .seconds(10)
  ) throws(ChangeLockError) -> ChangeLock {
    let lock = directory.lock(within: getpid())
    return try ChangeLock.wait(for: ChangeLock.open(lock, directory), at: lock, directory, timeout)
  }

  /// Removes the nested lock.
  ///
  /// A process that waits for it then waits for the outer lock.
  package func removeNested(in directory: ChangeDirectory = .usual) {
    unlink(directory.lock(within: getpid()))
  }

  /// Waits for a lock.
  ///
  /// - Parameters:
  ///   - first: The open file of the lock.
  ///   - path: Its path.
  ///   - directory: The directory of the lock.
  ///   - timeout: How long to wait.
  /// - Returns: The lock.
  /// - Throws: ``ChangeLockError``.
  private static func wait(
    for first: consuming FileLock, at path: String, _ directory: ChangeDirectory, _ timeout: Duration
  ) throws(ChangeLockError) -> ChangeLock {
    var file = first
    var search = HolderSearch()
    let start = ContinuousClock.now
    let end = start + timeout
    var isAcquired: Bool?
    for (end, interval) in [(min(start + .seconds(1), end), 20), (end, 250)] where isAcquired == nil {
      isAcquired = try poll(until: end, every: .milliseconds(interval)) { isLast throws(ChangeLockError) in
        try acquire(&file, at: path, directory, &search, isLast) ? true : nil
      }
    }
    guard isAcquired == true else { throw .busy(file.holder) }
    return ChangeLock(file: file)
  }

  /// Acquires the lock.
  ///
  /// If an ancestor of this process holds it, acquires the nested lock of that ancestor, and so on inwards. If the file
  /// was removed, begins with the first lock again.
  ///
  /// - Returns: Whether it is acquired. If not, another process holds it.
  private static func acquire(
    _ file: inout FileLock, at path: String, _ directory: ChangeDirectory, _ search: inout HolderSearch, _ isLast: Bool
  ) throws(ChangeLockError) -> Bool {
    while true {
      do throws(Errno) {
        try file.acquire()
        if !file.isRemoved { return true }
      } catch {
        if let ancestor = search.ancestor(holding: file, isLast) {
          file = try open(directory.lock(within: ancestor), directory)
          continue
        }
        guard error == .wouldBlock || error == .interrupted else { throw .unavailable(error) }
        return false
      }
      file = try open(path, directory)
    }
  }

  private static func open(_ lock: String, _ directory: ChangeDirectory) throws(ChangeLockError) -> FileLock {
    do throws(ChangeDirectoryError) {
      try directory.make()
    } catch {
      switch error {
      case .system(let errno): throw .unavailable(errno)
      case .untrusted(let fault): throw .untrusted(fault)
      }
    }
    do throws(Errno) { return try FileLock(opening: lock) } catch { throw .unavailable(error) }
  }
}

/// The search for an ancestor of this process that holds a lock.
///
/// It costs far more than an attempt to lock, and many processes that wait would starve the holder with it. So each one
/// searches once a second.
private struct HolderSearch {
  private var next = ContinuousClock.now
  /// The last holder, which is not an ancestor.
  private var stranger: Int32?

  /// The ancestor that holds the lock; `nil` if there is none, or if it is too early to search.
  mutating func ancestor(holding file: borrowing FileLock, _ isLast: Bool) -> Int32? {
    guard isLast || .now >= next else { return nil }
    let holder = file.holdingProcess
    // The nested lock may be held by another ancestor. So the search goes on at once after it has found one.
    if let holder, holder != stranger, ProcessTable.isAncestor(holder) { return holder }
    stranger = holder
    next = .now + .seconds(1)
    return nil
  }
}

/// The reason why the lock was not acquired.
package enum ChangeLockError: Error, Hashable {
  /// The file cannot be locked.
  case unavailable(Errno)
  /// The directory of the lock is not trusted, so it is not used.
  case untrusted(OwnershipFault)
  /// Another process held the lock for the whole time; `nil` if it is not visible which.
  case busy(LockHolder?)
}

extension ChangeLockError: CustomStringConvertible {
  /// The sentence for people: a warning for a change that is made without the lock, or the error of a change that is
  /// not made.
  package var description: String {
    switch self {
    case .unavailable(let errno):
      "cannot lock \(ChangeDirectory.usual.lock) (\(errno.description), errno \(errno.rawValue)), so another change"
        + " may run at the same time; make sure that none does"
    case .untrusted(let fault):
      "cannot use \(ChangeDirectory.usual.path) for the lock, because \(fault), so another change may run at the same"
        + " time; make sure that none does, and remove it with `rm -r \(ChangeDirectory.usual.path)`"
    case .busy(let holder):
      "cannot change the timeouts, and nothing was changed: \(holder.subject) is still changing them after 10 s;"
        + " wait until it ends, then try again"
    }
  }
}

extension LockHolder? {
  /// The holder as the subject of a sentence.
  package var subject: String {
    switch self {
    case .some(let holder) where !holder.command.isEmpty: "`\(holder.command)` (process \(holder.process))"
    case .some(let holder): "process \(holder.process)"
    case .none: "another program"
    }
  }
}

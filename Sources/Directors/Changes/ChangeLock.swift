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
      return try wait(for: file, directory, timeout)
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
    try ChangeLock.wait(for: ChangeLock.open(directory.lock(within: getpid()), directory), directory, timeout)
  }

  /// Removes the nested lock.
  ///
  /// A process that waits for it then waits for the outer lock.
  package func removeNested(in directory: ChangeDirectory = .usual) {
    unlink(directory.lock(within: getpid()))
  }

  private static func wait(
    for first: consuming FileLock, _ directory: ChangeDirectory, _ timeout: Duration
  ) throws(ChangeLockError) -> ChangeLock {
    var file = first
    let isAcquired = try poll(until: .now + timeout, every: .milliseconds(20)) { _ throws(ChangeLockError) in
      try acquire(&file, directory) ? true : nil
    }
    guard isAcquired == true else { throw .busy(file.holder) }
    return ChangeLock(file: file)
  }

  /// Acquires the lock.
  ///
  /// If an ancestor of this process holds it, acquires the nested lock of that ancestor, and so on inwards.
  ///
  /// - Returns: Whether it is acquired. If not, another process holds it.
  private static func acquire(_ file: inout FileLock, _ directory: ChangeDirectory) throws(ChangeLockError) -> Bool {
    while true {
      do throws(Errno) {
        try file.acquire()
        if !file.isRemoved { return true }
      } catch {
        if let holder = file.holdingProcess, ProcessTable.isAncestor(holder) {
          file = try open(directory.lock(within: holder), directory)
          continue
        }
        guard error == .wouldBlock || error == .interrupted else { throw .unavailable(error) }
        return false
      }
      file = try open(directory.lock, directory)
    }
  }

  private static func open(_ lock: String, _ directory: ChangeDirectory) throws(ChangeLockError) -> FileLock {
    do throws(Errno) {
      do throws(Errno) {
        return try FileLock(opening: lock)
      } catch .noSuchFileOrDirectory {
        guard mkdir(directory.path, 0o700) == 0 || errno == EEXIST else { throw Errno(rawValue: errno) }
        return try FileLock(opening: lock)
      }
    } catch {
      throw .unavailable(error)
    }
  }
}

/// The reason why the lock was not acquired.
package enum ChangeLockError: Error, Hashable {
  /// The file cannot be locked.
  case unavailable(Errno)
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

/// The directory for changes on this machine.
///
/// Only root can use it, and a reboot removes it, together with the timeouts.
package struct ChangeDirectory: Sendable, Hashable {
  /// The path of the directory.
  package let path: String
  /// The file that is locked during a change.
  package let lock: String
  /// The directory for the records of trials.
  package let trials: String

  /// The directory that all processes use.
  ///
  /// Its paths are literals, because building them would slow down every change.
  package static var usual: ChangeDirectory {
    ChangeDirectory(path: "/run/ipvs-timeout", lock: "/run/ipvs-timeout/lock", trials: "/run/ipvs-timeout/trials")
  }

  private init(path: String, lock: String, trials: String) {
    self.path = path
    self.lock = lock
    self.trials = trials
  }

  /// The file that is locked during a change inside the change of another process.
  func lock(within process: Int32) -> String { "\(lock).\(process)" }

  /// Another directory, for tests.
  package init(_ path: String) {
    self.init(path: path, lock: "\(path)/lock", trials: "\(path)/trials")
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import Linux
package import SystemPackage

/// Keeps others from changing timeouts on this machine for as long as it lives.
///
/// Who has it is found in `/proc/locks`: nothing is written.
///
/// What a process starts that has it, and what that starts, is part of its change: these lock each other out by a nested
/// lock, which only they know, and so on.
package struct ChangeLock: ~Copyable {
  private let file: FileLock

  /// Waits until nobody else has the lock, and acquires it.
  ///
  /// - Parameters:
  ///   - directory: Where the lock is; it is made if it is not there.
  ///   - timeout: How long to wait for others.
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

  /// Waits until none of the processes that are part of this change is changing something, and acquires their lock.
  ///
  /// - Parameters:
  ///   - directory: Where the lock is.
  ///   - timeout: How long to wait for them.
  /// - Returns: Their lock.
  /// - Throws: ``ChangeLockError``.
  package func acquireNested(
    in directory: ChangeDirectory = .usual, timeout: Duration = .seconds(10)
  ) throws(ChangeLockError) -> ChangeLock {
    try ChangeLock.wait(for: ChangeLock.open(directory.lock(within: getpid()), directory), directory, timeout)
  }

  /// Removes the nested lock; a process that waits for it then waits for everybody's.
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

  /// Acquires the lock, or the nested one of the process that has it and has started this one, and so on inwards.
  ///
  /// - Returns: Whether it is acquired; else another one has it.
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

/// Why a change cannot keep others out.
package enum ChangeLockError: Error, Hashable {
  /// Nothing can be locked here.
  case unavailable(Errno)
  /// Another one has the lock, and has had it for the whole time; `nil` where it cannot be seen who.
  case busy(LockHolder?)
}

extension ChangeLockError: CustomStringConvertible {
  /// The sentence for people: of a change that is made without a lock, or is not made.
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
  /// Who it is, as the subject of a sentence.
  package var subject: String {
    switch self {
    case .some(let holder) where !holder.command.isEmpty: "`\(holder.command)` (process \(holder.process))"
    case .some(let holder): "process \(holder.process)"
    case .none: "another program"
    }
  }
}

/// Where those who change timeouts on this machine meet; root's alone, and gone after a reboot, as the timeouts are.
package struct ChangeDirectory: Sendable, Hashable {
  /// The directory itself.
  package let path: String
  /// What is locked while something changes.
  package let lock: String
  /// The directory of the records of what is to be put back.
  package let trials: String

  /// The one that all use.
  ///
  /// Its paths are written out: to put them together costs the way that every change takes.
  package static var usual: ChangeDirectory {
    ChangeDirectory(path: "/run/ipvs-timeout", lock: "/run/ipvs-timeout/lock", trials: "/run/ipvs-timeout/trials")
  }

  private init(path: String, lock: String, trials: String) {
    self.path = path
    self.lock = lock
    self.trials = trials
  }

  /// What is locked while something changes that is part of the change of another process.
  func lock(within process: Int32) -> String { "\(lock).\(process)" }

  /// Another one.
  package init(_ path: String) {
    self.init(path: path, lock: "\(path)/lock", trials: "\(path)/trials")
  }
}

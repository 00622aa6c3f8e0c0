// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import Linux
package import SystemPackage

/// Keeps others from changing timeouts on this machine for as long as it lives.
///
/// It is an flock(2), which ends with the process that has it, however that ends, and is not passed on to what that
/// process starts. Who has it is found in `/proc/locks`: nothing is written.
///
/// What a process starts that has it, and what that starts, is part of its change: it takes turns by another lock, which
/// only those know that are inside, and so on.
package struct ChangeLock: ~Copyable {
  private let descriptor: CInt

  /// Waits until nobody else has the lock, and takes it.
  ///
  /// - Parameters:
  ///   - directory: Where the lock is; it is made if it is not there.
  ///   - patience: How long to wait at the most.
  /// - Returns: The lock.
  /// - Throws: ``ChangeLockError``.
  package static func take(
    in directory: ChangeDirectory = .usual, patience: Duration = .seconds(10)
  ) throws(ChangeLockError) -> ChangeLock {
    let descriptor = try open(directory.lock, directory)
    if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return ChangeLock(descriptor: descriptor) }
    return try wait(for: descriptor, directory, patience)
  }

  /// Waits until none of those that are part of this change is changing something, and takes their lock.
  ///
  /// - Parameters:
  ///   - directory: Where the lock is.
  ///   - patience: How long to wait at the most.
  /// - Returns: Their lock.
  /// - Throws: ``ChangeLockError``.
  package func takeInner(
    in directory: ChangeDirectory = .usual, patience: Duration = .seconds(10)
  ) throws(ChangeLockError) -> ChangeLock {
    try ChangeLock.wait(for: ChangeLock.open(directory.lock(within: getpid()), directory), directory, patience)
  }

  /// Removes the lock of those that were part of this change; who waits for it then waits for everybody's.
  package func removeInner(in directory: ChangeDirectory = .usual) {
    unlink(directory.lock(within: getpid()))
  }

  deinit {
    close(descriptor)
  }

  private static func wait(
    for first: CInt, _ directory: ChangeDirectory, _ patience: Duration
  ) throws(ChangeLockError) -> ChangeLock {
    let end = ContinuousClock.now + patience
    var descriptor = first
    while true {
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 {
        if isThere(descriptor) { return ChangeLock(descriptor: descriptor) }
        close(descriptor)
        descriptor = try open(directory.lock, directory)
        continue
      }
      let failure = errno
      if let holder = LockHolder.process(of: descriptor), ProcessTable.isAncestor(holder) {
        close(descriptor)
        descriptor = try open(directory.lock(within: holder), directory)
        continue
      }
      guard failure == EWOULDBLOCK || failure == EINTR, ContinuousClock.now < end else {
        defer { close(descriptor) }
        throw failure == EWOULDBLOCK ? .busy(LockHolder(of: descriptor)) : .unavailable(Errno(rawValue: failure))
      }
      usleep(20_000)
    }
  }

  /// Whether a file has not been removed.
  private static func isThere(_ descriptor: CInt) -> Bool {
    var file = stat()
    return fstat(descriptor, &file) == 0 && file.st_nlink > 0
  }

  /// Opens the file that is locked, as none of the standard streams, which the caller may have closed.
  private static func open(_ lock: String, _ directory: ChangeDirectory) throws(ChangeLockError) -> CInt {
    let flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW
    var descriptor = Glibc.open(lock, flags, 0o600)
    if descriptor < 0, errno == ENOENT, mkdir(directory.path, 0o700) == 0 || errno == EEXIST {
      descriptor = Glibc.open(lock, flags, 0o600)
    }
    guard descriptor >= 0 else { throw .unavailable(Errno(rawValue: errno)) }
    guard descriptor <= STDERR_FILENO else { return descriptor }
    defer { close(descriptor) }
    let other = fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
    guard other >= 0 else { throw .unavailable(Errno(rawValue: errno)) }
    return other
  }
}

/// Why a change cannot keep others out.
package enum ChangeLockError: Error, Hashable {
  /// Nothing can be locked here.
  case unavailable(Errno)
  /// Another one has the lock, and has had it for as long as there was patience; `nil` where it cannot be seen who.
  case busy(LockHolder?)
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

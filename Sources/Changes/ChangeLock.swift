// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import SystemPackage

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
      if let holder = LockHolder.process(of: descriptor), ProcessState.isAncestor(holder) {
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

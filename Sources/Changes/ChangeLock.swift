// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import SystemPackage

/// Keeps others from changing timeouts on this machine for as long as it lives.
///
/// It is an flock(2), which ends with the process that has it, however that ends, and is not passed on to what that
/// process starts. Who has it is found in `/proc/locks`: nothing is written.
package struct ChangeLock: ~Copyable {
  /// The variable by which a command that runs during a change, and what it starts, say so.
  ///
  /// It holds the number of the process that has the lock, and lets through for as long as that process really has it.
  package static let marker = "IPVS_TIMEOUT_CHANGE"

  /// What is open and locked; `nil` for what happens during the change of another process.
  private let descriptor: CInt?
  /// The process whose change this is part of, if not of this one.
  private let outer: pid_t?

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
    let descriptor = try open(directory)
    if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return ChangeLock(descriptor: descriptor, outer: nil) }
    do throws(ChangeLockError) {
      return try wait(for: descriptor, patience)
    } catch {
      close(descriptor)
      throw error
    }
  }

  deinit {
    if let descriptor { close(descriptor) }
  }

  /// The process that others have to name to be let through.
  package var holder: Int32 { outer ?? getpid() }

  private static func wait(for descriptor: CInt, _ patience: Duration) throws(ChangeLockError) -> ChangeLock {
    if let outer = getenv(marker).flatMap({ pid_t(String(cString: $0)) }),
      LockHolder.process(of: descriptor) == outer
    {
      close(descriptor)
      return ChangeLock(descriptor: nil, outer: outer)
    }
    let end = ContinuousClock.now + patience
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      guard errno == EWOULDBLOCK || errno == EINTR else { throw .unavailable(Errno(rawValue: errno)) }
      guard ContinuousClock.now < end else { throw .busy(LockHolder(of: descriptor)) }
      usleep(20_000)
    }
    return ChangeLock(descriptor: descriptor, outer: nil)
  }

  /// Opens the file that is locked, as none of the standard streams, which the caller may have closed.
  private static func open(_ directory: ChangeDirectory) throws(ChangeLockError) -> CInt {
    let flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW
    var descriptor = Glibc.open(directory.lock, flags, 0o600)
    if descriptor < 0, errno == ENOENT, mkdir(directory.path, 0o700) == 0 || errno == EEXIST {
      descriptor = Glibc.open(directory.lock, flags, 0o600)
    }
    guard descriptor >= 0 else { throw .unavailable(Errno(rawValue: errno)) }
    guard descriptor <= STDERR_FILENO else { return descriptor }
    defer { close(descriptor) }
    let other = fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
    guard other >= 0 else { throw .unavailable(Errno(rawValue: errno)) }
    return other
  }
}

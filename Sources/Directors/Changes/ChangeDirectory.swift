// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import Linux
package import SystemPackage

/// The directory for changes on this machine.
///
/// Only root can use it, and a reboot removes it, together with the timeouts.
///
/// It must belong to root or the caller, nobody else may write to it, and it must not be a link. Otherwise it is not
/// used, because another user could hold its lock or write its records.
package final class ChangeDirectory: Sendable {
  /// The path of the directory.
  package let path: String
  /// The file that is locked during a change.
  package let lock: String
  /// The directory for the records of trials.
  package let trials: String

  /// The directory that all processes use.
  ///
  /// Its paths are literals, because building them would slow down every change. It is an object, because every command
  /// asks it, and to destroy a copy of three strings would touch pages that nothing else needs.
  package static let usual = ChangeDirectory(
    path: "/run/ipvs-timeout", lock: "/run/ipvs-timeout/lock", trials: "/run/ipvs-timeout/trials")

  private init(path: String, lock: String, trials: String) {
    self.path = path
    self.lock = lock
    self.trials = trials
  }

  /// The file that is locked during a change inside the change of another process.
  func lock(within process: Int32) -> String { "\(lock).\(process)" }

  /// Another directory, for tests.
  package convenience init(_ path: String) {
    self.init(path: path, lock: "\(path)/lock", trials: "\(path)/trials")
  }
}

extension ChangeDirectory {
  /// Makes the directory if it does not exist.
  ///
  /// - Throws: ``ChangeDirectoryError``, when it cannot be made or is not trusted.
  func make() throws(ChangeDirectoryError) {
    try ChangeDirectory.make(path)
  }

  /// Makes the directory for the records of trials if it does not exist.
  ///
  /// - Throws: ``ChangeDirectoryError``, when it cannot be made or is not trusted.
  func makeTrials() throws(ChangeDirectoryError) {
    try ChangeDirectory.make(trials)
  }

  /// The first of the directory and the directory for records that is not trusted; `nil` if there is none.
  var fault: (path: String, fault: OwnershipFault)? {
    for path in [path, trials] {
      var file = stat()
      guard lstat(path, &file) == 0 else { return nil }
      if let fault = OwnershipFault(of: file, isDirectory: true) { return (path, fault) }
    }
    return nil
  }

  private static func make(_ path: String) throws(ChangeDirectoryError) {
    var file = stat()
    // Not as an argument, which would copy it into an array first.
    let isThere = path.withCString { path in
      lstat(path, &file) == 0 || ((mkdir(path, 0o700) == 0 || errno == EEXIST) && lstat(path, &file) == 0)
    }
    guard isThere else { throw .system(Errno(rawValue: errno)) }
    if let fault = OwnershipFault(of: file, isDirectory: true) { throw .untrusted(fault) }
  }
}

/// The reason why a directory for changes cannot be used.
package enum ChangeDirectoryError: Error, Hashable {
  /// The system refused it.
  case system(Errno)
  /// It is not trusted.
  case untrusted(OwnershipFault)
}

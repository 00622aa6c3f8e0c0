// SPDX-License-Identifier: Apache-2.0

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

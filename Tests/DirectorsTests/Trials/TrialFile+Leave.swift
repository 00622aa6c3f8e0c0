// SPDX-License-Identifier: Apache-2.0

import Glibc

@testable import Directors

extension TrialFile {
  /// Writes a record as a trial leaves it whose process is killed: it is not removed, and nobody has locked it.
  ///
  /// A process that another test starts at the same time has a copy of the descriptor, and so the lock, until it runs its
  /// program.
  ///
  /// - Returns: The number of the record.
  @discardableResult
  static func leave(_ record: TrialRecord, in directory: ChangeDirectory) throws -> UInt64 {
    let number = try write(record, in: directory).number
    let descriptor = open("\(directory.trials)/\(TrialName(number: number, process: getpid()))", O_RDONLY | O_CLOEXEC)
    defer { close(descriptor) }
    while flock(descriptor, LOCK_SH | LOCK_NB) != 0, errno == EWOULDBLOCK { usleep(1000) }
    return number
  }
}

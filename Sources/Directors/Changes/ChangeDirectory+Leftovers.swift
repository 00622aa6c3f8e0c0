// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Linux
internal import SystemPackage

extension ChangeDirectory {
  /// The draft of a record of this process.
  ///
  /// It becomes the record when it is complete.
  var draft: String { "\(path)/trial.\(getpid())" }

  /// Removes the drafts of records, the nested locks and the empty directory of records of processes that were killed.
  ///
  /// Their processes would remove them, and have locked them while they use them. A process that has only just opened
  /// such a file or the directory finds that it was removed, and makes another one.
  ///
  /// A file that cannot be read or removed stays. It does no harm.
  package func removeLeftovers() {
    guard fault == nil else { return }
    // A process that was killed between this directory and its record has left it empty; every command looks into it.
    rmdir(trials)
    guard let names = try? FileReader.names(in: FilePath(path), atMost: 10_000) else { return }
    for name in names.map(\.string) where ChangeDirectory.isTemporary(name) { remove("\(path)/\(name)") }
  }

  /// Whether it is the name of a draft or of a nested lock, as in `trial.1234` and `lock.1234`.
  private static func isTemporary(_ name: String) -> Bool {
    let words = name.split(separator: ".", omittingEmptySubsequences: false)
    return words.count == 2 && (words[0] == "trial" || words[0] == "lock") && Int32(words[1]) != nil
  }

  /// Removes a file that nobody has locked.
  private func remove(_ file: String) {
    var status = stat()
    guard lstat(file, &status) == 0, OwnershipFault(of: status, isDirectory: false) == nil else { return }
    let descriptor = open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return }
    // The name may be that of another file in the meantime.
    var named = stat()
    guard fstat(descriptor, &status) == 0, lstat(file, &named) == 0, named.st_ino == status.st_ino else { return }
    unlink(file)
  }
}

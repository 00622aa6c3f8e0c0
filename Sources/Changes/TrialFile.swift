// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import SystemPackage

/// The record of a trial under way, for as long as there is something to put back.
///
/// It is locked while its process lives, however that ends: what is not locked was left undone. That needs no number of
/// a process that another one may have got since, and holds among containers that count processes differently.
package struct TrialFile: ~Copyable {
  private let descriptor: CInt
  private let path: String
  private let directory: ChangeDirectory

  /// Writes a record.
  ///
  /// - Parameters:
  ///   - record: What will have to be put back.
  ///   - directory: Where.
  /// - Returns: The file.
  /// - Throws: `Errno`, when it cannot be written; nothing is left of it then.
  package static func write(
    _ record: TrialRecord, in directory: ChangeDirectory = .usual
  ) throws(Errno) -> TrialFile {
    let draft = "\(directory.path)/trial.\(getpid())"
    // One that was killed here has left a second name of its record, and perhaps had the same number.
    unlink(draft)
    let descriptor = open(draft, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw Errno(rawValue: errno) }
    do throws(Errno) {
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw Errno(rawValue: errno) }
      do { try FileDescriptor(rawValue: descriptor).writeAll(record.bytes) } catch { throw error as? Errno ?? .ioError }
      let path = try link(draft, in: directory)
      unlink(draft)
      return TrialFile(descriptor: descriptor, path: path, directory: directory)
    } catch {
      unlink(draft)
      close(descriptor)
      throw error
    }
  }

  /// When it was written, in nanoseconds; `nil` where the system does not say.
  package var time: Int? {
    var file = stat()
    return fstat(descriptor, &file) == 0 ? file.nanoseconds : nil
  }

  /// Removes the record: nothing is left to put back.
  package consuming func remove() {
    directory.removeTrial(path)
  }

  deinit {
    close(descriptor)
  }

  /// Gives what is written a name at which it is found, none that another has.
  private static func link(_ draft: String, in directory: ChangeDirectory) throws(Errno) -> String {
    for number in 0..<1000 {
      // Whoever has removed the last record removes the directory, too.
      if mkdir(directory.trials, 0o700) != 0, errno != EEXIST { throw Errno(rawValue: errno) }
      let path = "\(directory.trials)/\(getpid()).\(number)"
      if Glibc.link(draft, path) == 0 { return path }
      guard errno == EEXIST || errno == ENOENT else { throw Errno(rawValue: errno) }
    }
    throw .fileExists
  }
}

extension ChangeDirectory {
  /// Removes a record, and with the last one the directory, so that to see whether there is one takes one system call.
  func removeTrial(_ path: String) {
    unlink(path)
    rmdir(trials)
  }
}

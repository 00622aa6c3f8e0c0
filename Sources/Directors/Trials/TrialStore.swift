// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Linux
package import SystemPackage
internal import Text

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

/// A trial whose process was killed before it could put back what it had set.
package struct UnfinishedTrial: Sendable, Hashable {
  /// Where its record is.
  package let path: String
  /// What it had set; `nil` where that cannot be read.
  package let record: TrialRecord?
  /// When it was written, in nanoseconds.
  package let time: Int
  private let directory: ChangeDirectory

  /// Whether there may be any; this is on the way that every call takes, and costs one system call.
  package static func mayBe(in directory: ChangeDirectory = .usual) -> Bool { access(directory.trials, F_OK) == 0 }

  /// All that there are, in the order in which they were begun.
  package static func all(in directory: ChangeDirectory = .usual) -> [UnfinishedTrial] {
    let names = (try? FileReader.names(in: FilePath(directory.trials))) ?? []
    return names.compactMap { UnfinishedTrial("\(directory.trials)/\($0)", directory) }.sorted { $0.time < $1.time }
  }

  /// Forgets it, and whatever else its process has left here.
  package func forget() {
    directory.removeTrial(path)
    // The file is named for its process.
    if let process = path.split(separator: "/").last?.split(separator: ".").first.flatMap({ Int32($0) }) {
      unlink(directory.lock(within: process))
    }
  }

  /// The one with this record; `nil` where it is still under way, or has ended meanwhile.
  private init?(_ path: String, _ directory: ChangeDirectory) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var file = stat()
    // Whoever has ended meanwhile has removed it before it was unlocked.
    guard flock(descriptor, LOCK_SH | LOCK_NB) == 0, fstat(descriptor, &file) == 0, file.st_nlink > 0,
      file.st_mode & S_IFMT == S_IFREG
    else { return nil }
    self.path = path
    self.directory = directory
    time = file.nanoseconds
    record = (try? FileReader.rest(of: FileDescriptor(rawValue: descriptor), atMost: TrialRecord.maximumSize)).flatMap(
      TrialRecord.init)
  }
}

extension UnfinishedTrial {
  /// Finishes the trials that were begun since a time, the last one first.
  ///
  /// - Parameter time: The time, in nanoseconds.
  /// - Returns: What there is to report.
  static func finish(since time: Int) -> [TrialEvent] {
    mayBe() ? all().reversed().filter { $0.time > time }.flatMap { $0.finish() } : []
  }

  /// Restores what it has left set, and forgets it when nothing failed.
  ///
  /// - Returns: What there is to report.
  package func finish() -> [TrialEvent] {
    guard let record else { return [.unreadable(path)] }
    let backend = BackendChoice(rawValue: record.backend) ?? .auto
    var rollback = TrialRollback(.finishEarlier)
    rollback.end(record.snapshots) { snapshot, isKept throws(DirectorError) in
      try snapshot.end(isKept: isKept, backend: backend, ipvsadm: record.ipvsadm)
    }
    if rollback.isComplete { forget() }
    return rollback.events
  }

  /// What it has left set, and how to finish it.
  package var notice: String? {
    guard let record else { return TrialEvent.unreadable(path).sentence }
    let shown = 3
    var places = record.snapshots.prefix(shown).map { "\($0.name.printable) \($0.change)" }
    let others = record.snapshots.count - shown
    if others > 0 { places.append("\(others) more network namespaces") }
    return "an earlier `ipvs-timeout \(record.command.printable)` did not restore the timeouts in"
      + " \(places.joined(separator: ", ")); run `ipvs-timeout rollback` to restore them, or"
      + " `ipvs-timeout rollback --keep` to keep the current ones"
  }
}

extension stat {
  /// When the file was written.
  var nanoseconds: Int { st_mtim.tv_sec * 1_000_000_000 + st_mtim.tv_nsec }
}

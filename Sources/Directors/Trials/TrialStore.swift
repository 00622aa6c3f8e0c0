// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import IPVS
internal import Linux
package import SystemPackage
internal import Text

/// The record file of a running trial.
///
/// It is locked while its process lives, however that ends. An unlocked record belongs to a killed trial. This needs no
/// process number, which another process may have by now, and works across containers that number processes
/// differently.
package struct TrialFile: ~Copyable {
  private let descriptor: CInt
  private let path: String
  private let directory: ChangeDirectory

  /// Writes a record.
  ///
  /// - Parameters:
  ///   - record: The timeouts that may have to be restored.
  ///   - directory: The directory of changes.
  /// - Returns: The file.
  /// - Throws: `Errno`, when it cannot be written. Then no part of it is left.
  package static func write(
    _ record: TrialRecord, in directory: ChangeDirectory = .usual
  ) throws(Errno) -> TrialFile {
    let draft = "\(directory.path)/trial.\(getpid())"
    // A trial that was killed here may have left a second name of its record, and may have had the same process number.
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

  /// The time when it was written, in nanoseconds since 1970; `nil` if the system does not say.
  package var time: Int? {
    var file = stat()
    return fstat(descriptor, &file) == 0 ? file.nanoseconds : nil
  }

  /// Removes the record, because nothing must be restored any longer.
  package consuming func remove() {
    directory.removeTrial(path)
  }

  deinit {
    close(descriptor)
  }

  /// Gives the complete file its final name, which is unique.
  private static func link(_ draft: String, in directory: ChangeDirectory) throws(Errno) -> String {
    for number in 0..<1000 {
      // A process that removed the last record also removed the directory.
      if mkdir(directory.trials, 0o700) != 0, errno != EEXIST { throw Errno(rawValue: errno) }
      let path = "\(directory.trials)/\(getpid()).\(number)"
      if Glibc.link(draft, path) == 0 { return path }
      guard errno == EEXIST || errno == ENOENT else { throw Errno(rawValue: errno) }
    }
    throw .fileExists
  }
}

extension ChangeDirectory {
  /// Removes a record, and the directory with the last one.
  ///
  /// So one system call shows whether there are any.
  func removeTrial(_ path: String) {
    unlink(path)
    rmdir(trials)
  }
}

/// A trial whose process was killed before it restored the timeouts.
package struct UnfinishedTrial: Sendable, Hashable {
  /// The path of its record.
  package let path: String
  /// Its record; `nil` if it cannot be read.
  package let record: TrialRecord?
  /// The time when it was written, in nanoseconds since 1970.
  package let time: Int
  private let directory: ChangeDirectory

  /// Whether there may be unfinished trials.
  ///
  /// Every call asks this, so it costs only one system call.
  package static func mayBe(in directory: ChangeDirectory = .usual) -> Bool { access(directory.trials, F_OK) == 0 }

  /// Why the caller may not read the records; `nil` if it may, or if there are none.
  package static func unreadable(in directory: ChangeDirectory = .usual) -> Errno? {
    guard access(directory.trials, R_OK | X_OK) != 0, errno == EACCES else { return nil }
    return Errno(rawValue: errno)
  }

  /// All unfinished trials, in the order in which they began.
  package static func all(in directory: ChangeDirectory = .usual) -> [UnfinishedTrial] {
    let names = (try? FileReader.names(in: FilePath(directory.trials))) ?? []
    return names.compactMap { UnfinishedTrial("\(directory.trials)/\($0)", directory) }.sorted { $0.time < $1.time }
  }

  /// Removes its record, and everything else that its process has left here.
  package func forget() {
    directory.removeTrial(path)
    // The file has the number of its process in its name.
    if let process = path.split(separator: "/").last?.split(separator: ".").first.flatMap({ Int32($0) }) {
      unlink(directory.lock(within: process))
    }
  }

  /// The unfinished trial of a record; `nil` if the trial is still running, or has ended in the meantime.
  private init?(_ path: String, _ directory: ChangeDirectory) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var file = stat()
    // A trial that ended in the meantime removed its record before it unlocked it.
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
  /// Finishes the trials that began after a time, the latest first.
  ///
  /// - Parameter time: The time, in nanoseconds since 1970.
  /// - Returns: The events to report.
  static func finish(since time: Int) -> [TrialEvent] {
    mayBe() ? all().reversed().filter { $0.time > time }.flatMap { $0.finish() } : []
  }

  /// Stops the daemons and restores the timeouts that it has left, and removes its record if nothing failed.
  ///
  /// - Parameter isKeeping: Whether to keep the current timeouts.
  /// - Returns: The events to report.
  package func finish(isKeeping: Bool = false) -> [TrialEvent] {
    guard let record else {
      if isKeeping { forget() }
      return isKeeping ? [] : [.unreadable(path)]
    }
    var (events, isComplete) = stopDaemons(record.snapshots)
    if !isKeeping {
      let backend = BackendChoice(rawValue: record.backend) ?? .auto
      var rollback = TrialRollback(.finishEarlier)
      rollback.end(record.snapshots.filter { $0.set != Timeouts() }) { snapshot, isKept throws(DirectorError) in
        try snapshot.end(isKept: isKept, backend: backend, ipvsadm: record.ipvsadm)
      } renew: { snapshot, result throws(DirectorError) in
        guard snapshot.daemon != nil else { return nil }
        return try snapshot.renew(by: RenewalRule().after(result.restoration), in: result.target) { false }
      }
      events += rollback.events
      isComplete = isComplete && rollback.isComplete
    }
    if isComplete { forget() }
    return events
  }

  /// Stops the backup daemons of its renewals.
  private func stopDaemons(_ snapshots: [TrialSnapshot]) -> (events: [TrialEvent], isComplete: Bool) {
    var (events, isComplete): ([TrialEvent], Bool) = ([], true)
    for snapshot in snapshots {
      do throws(DirectorError) {
        if let target = try snapshot.stopDaemon() { events.append(.stoppedDaemon(target.namespace)) }
      } catch  where error.namespaceIsMissing {
        // The daemon ended with its namespace.
      } catch {
        events.append(.failed(error, advice: "when this is fixed, run `ipvs-timeout rollback`"))
        isComplete = false
      }
    }
    return (events, isComplete)
  }

  /// The sentence about what it has left behind, and how to finish it.
  package var notice: String? {
    guard let record else { return TrialEvent.unreadable(path).sentence }
    let command = "an earlier `ipvs-timeout \(record.command.printable)`"
    let set = record.snapshots.filter { $0.set != Timeouts() }
    guard !set.isEmpty else {
      return "\(command) was killed and may have left a backup sync daemon in"
        + " \(UnfinishedTrial.list(record.snapshots, \.name.printable)); run `ipvs-timeout rollback` to stop it"
    }
    return "\(command) did not restore the timeouts in"
      + " \(UnfinishedTrial.list(set) { "\($0.name.printable) \($0.change)" }); run `ipvs-timeout rollback` to restore them,"
      + " or `ipvs-timeout rollback --keep` to keep the current ones"
  }

  /// The first places of a list, and the number of the others.
  private static func list(_ snapshots: [TrialSnapshot], _ text: (TrialSnapshot) -> String) -> String {
    let shown = 3
    var places = snapshots.prefix(shown).map(text)
    if snapshots.count > shown { places.append("\(snapshots.count - shown) more network namespaces") }
    return places.joined(separator: ", ")
  }
}

extension stat {
  /// The time when the file was last written, in nanoseconds since 1970.
  var nanoseconds: Int { st_mtim.tv_sec * 1_000_000_000 + st_mtim.tv_nsec }
}

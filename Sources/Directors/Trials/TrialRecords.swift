// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Linux
internal import SystemPackage

/// The records of trials: of killed trials, and of trials that still run.
package struct TrialRecords {
  /// The largest number of files in their directory.
  static let maximumCount = 1000
  /// The largest size of all of them in bytes.
  ///
  /// That is much for people, a thousand trials of a hundred namespaces each, and not much for the program: every command
  /// reads all of them.
  static let maximumSize = 8 << 20

  /// A record, or another file in their directory.
  enum Entry {
    case unfinished(UnfinishedTrial)
    case running(RunningTrial)

    /// The number by which records are ordered; 0 for a file that is not a record.
    var number: UInt64 {
      switch self {
      case .unfinished(let trial): trial.name?.number ?? 0
      case .running(let trial): trial.number
      }
    }
  }

  /// In the order in which they were written.
  private let entries: [Entry]
  /// The event about a directory that is not used; `nil` if it is used or does not exist.
  package let obstacle: TrialEvent?

  /// Reads all records.
  package init(in directory: ChangeDirectory = .usual) {
    if let (path, fault) = directory.fault {
      entries = []
      obstacle = .unusableRecords(path, .untrusted(fault))
      return
    }
    let names: [FilePath.Component]
    do throws(Errno) {
      names = try FileReader.names(in: FilePath(directory.trials), atMost: TrialRecords.maximumCount)
    } catch {
      entries = []
      obstacle = TrialRecords.obstacle(to: directory.trials, error)
      return
    }
    guard TrialRecords.size(of: names, in: directory) <= TrialRecords.maximumSize else {
      entries = []
      obstacle = .unusableRecords(directory.trials, .tooLarge)
      return
    }
    obstacle = nil
    entries = names.compactMap { TrialRecords.entry($0.string, directory) }.sorted { $0.number < $1.number }
  }

  /// The trials that were killed before they restored the timeouts, in the order in which they began.
  package var unfinished: [UnfinishedTrial] {
    entries.compactMap { entry in
      if case .unfinished(let trial) = entry { trial } else { nil }
    }
  }

  /// The event about a directory that cannot be read; `nil` if there is none, or if the caller may not read it.
  private static func obstacle(to path: String, _ error: Errno) -> TrialEvent? {
    switch error {
    case .noSuchFileOrDirectory: nil
    // Root may read them unless a security policy refuses it.
    case .permissionDenied where geteuid() != 0: nil
    case .fileTooLarge: .unusableRecords(path, .tooMany)
    default: .unusableRecords(path, .system(error))
    }
  }

  /// How many bytes of the records are read.
  static func size(of names: [FilePath.Component], in directory: ChangeDirectory) -> Int {
    names.reduce(0) { sum, name in
      var file = stat()
      guard lstat("\(directory.trials)/\(name)", &file) == 0, OwnershipFault(of: file, isDirectory: false) == nil else {
        return sum
      }
      return sum + min(Int(file.st_size), TrialRecord.maximumSize)
    }
  }

  /// Reads a record; `nil` if its trial has ended in the meantime.
  private static func entry(_ name: String, _ directory: ChangeDirectory) -> Entry? {
    let path = "\(directory.trials)/\(name)"
    func unreadable(_ fault: RecordFault) -> Entry {
      .unfinished(UnfinishedTrial(path, TrialName(name), fault: fault, in: directory))
    }
    var file = stat()
    // A record that is gone is that of a trial that has ended. Of any other failure nobody knows that.
    guard lstat(path, &file) == 0 else { return errno == ENOENT ? nil : unreadable(.refused(Errno(rawValue: errno))) }
    // It is looked at before it is opened, because opening a device can do harm.
    if let fault = OwnershipFault(of: file, isDirectory: false) { return unreadable(.untrusted(fault)) }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { return errno == ENOENT ? nil : unreadable(.refused(Errno(rawValue: errno))) }
    defer { close(descriptor) }
    let isRunning = flock(descriptor, LOCK_SH | LOCK_NB) != 0
    if isRunning, errno != EWOULDBLOCK { return unreadable(.refused(Errno(rawValue: errno))) }
    guard fstat(descriptor, &file) == 0 else { return unreadable(.refused(Errno(rawValue: errno))) }
    // A trial that ended in the meantime removed its record before it unlocked it.
    guard file.st_nlink > 0 else { return nil }
    let bytes = Result { () throws(Errno) in
      try FileReader.rest(of: FileDescriptor(rawValue: descriptor), atMost: TrialRecord.maximumSize)
    }
    let record = (try? bytes.get()).flatMap(TrialRecord.init)
    if isRunning { return .running(RunningTrial(path: path, number: TrialName(name)?.number ?? 0, record: record)) }
    if case .failure(let errno) = bytes, errno != .fileTooLarge { return unreadable(.refused(errno)) }
    guard let record, let name = TrialName(name) else { return unreadable(.damaged) }
    return .unfinished(UnfinishedTrial(path, name, record, in: directory))
  }
}

extension TrialRecords {
  /// Finishes the trials that were killed, the latest first.
  ///
  /// A trial is not finished while a later one of the same namespace is not. The later one will restore the timeouts
  /// that it has found: the values of the earlier one.
  ///
  /// - Parameters:
  ///   - number: Only the trials after the one with this number.
  ///   - own: The timeouts of that trial.
  ///   - isKeeping: Whether to keep the current timeouts.
  /// - Returns: The events to report, and whether a trial after that one still has to restore some of its timeouts.
  package func finish(
    after number: UInt64 = 0, of own: [TrialSnapshot] = [], isKeeping: Bool = false
  ) -> (events: [TrialEvent], isBlocked: Bool) {
    var events = obstacle.map { [$0] } ?? []
    var later = LaterTrials()
    for entry in entries.reversed() where number == 0 || entry.number > number {
      switch entry {
      case .running(let trial):
        later.append(trial.record?.snapshots, running: trial)
      case .unfinished(let trial):
        let snapshots = trial.record?.snapshots ?? []
        if let blocking = later.first(concerning: snapshots) {
          if let blocking, let record = trial.record { events.append(.stillRunning(blocking.holder, record.command)) }
          later.append(snapshots, running: blocking)
          continue
        }
        let (more, isComplete) = trial.finish(isKeeping: isKeeping)
        events += more
        if !isComplete { later.append(snapshots, running: nil) }
      }
    }
    return (events, later.first(concerning: own) != nil)
  }
}

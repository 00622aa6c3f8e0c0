// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import IPVS
package import Linux
package import SystemPackage
internal import Text

/// A trial whose process was killed before it restored the timeouts.
package struct UnfinishedTrial: Sendable {
  /// The path of its record.
  package let path: String
  /// Its record; `nil` if it cannot be used.
  package let record: TrialRecord?
  /// Why its record cannot be used; `nil` if it can.
  package let fault: RecordFault?
  /// The name of its record; `nil` if it is not that of a record.
  let name: TrialName?
  private let directory: ChangeDirectory

  init(_ path: String, _ name: TrialName, _ record: TrialRecord, in directory: ChangeDirectory) {
    self.path = path
    self.record = record
    fault = nil
    self.name = name
    self.directory = directory
  }

  init(_ path: String, _ name: TrialName?, fault: RecordFault, in directory: ChangeDirectory) {
    self.path = path
    record = nil
    self.fault = fault
    self.name = name
    self.directory = directory
  }

  /// Whether there may be unfinished trials.
  ///
  /// Every call asks this, so it costs only one system call.
  package static func mayBe(in directory: ChangeDirectory = .usual) -> Bool {
    // Not as an argument, which would copy it into an array first.
    directory.trials.withCString { access($0, F_OK) == 0 }
  }

  /// Why the caller may not read the records; `nil` if it may, or if there are none.
  package static func unreadable(in directory: ChangeDirectory = .usual) -> Errno? {
    guard access(directory.trials, R_OK | X_OK) != 0, errno == EACCES else { return nil }
    return Errno(rawValue: errno)
  }

  /// All unfinished trials, in the order in which they began.
  package static func all(in directory: ChangeDirectory = .usual) -> [UnfinishedTrial] {
    TrialRecords(in: directory).unfinished
  }

  /// Removes its record, and everything else that its process has left here.
  ///
  /// - Returns: Why the record is still there; `nil` if it is gone.
  @discardableResult
  package func forget() -> Errno? {
    var failure: Errno?
    // It may be an empty directory, which is not a record either.
    if unlink(path) != 0, errno != ENOENT, rmdir(path) != 0, errno != ENOENT { failure = Errno(rawValue: errno) }
    rmdir(directory.trials)
    if let name { unlink(directory.lock(within: name.process)) }
    return failure
  }
}

/// The reason why a record cannot be used.
package enum RecordFault: Hashable, Sendable {
  /// It is not a record.
  case damaged
  /// The system refused to read it.
  case refused(Errno)
  /// It is not a file of root or the caller.
  case untrusted(OwnershipFault)
}

extension UnfinishedTrial {
  /// Stops the daemons and restores the timeouts that it has left, and removes its record if nothing failed.
  ///
  /// - Parameter isKeeping: Whether to keep the current timeouts.
  /// - Returns: The events to report, and whether its record is removed.
  func finish(isKeeping: Bool) -> (events: [TrialEvent], isComplete: Bool) {
    guard let record else {
      guard isKeeping else { return ([unreadable], false) }
      let failure = forget()
      return (failure.map { [.notRemoved(path, $0)] } ?? [], failure == nil)
    }
    var (events, isComplete) = stopDaemons(record.snapshots)
    if !isKeeping {
      var rollback = TrialRollback(.finishEarlier)
      rollback.end(record.snapshots.filter { $0.set != Timeouts() }) { snapshot, isKept throws(DirectorError) in
        try snapshot.end(isKept: isKept, backend: record.backend, ipvsadm: record.ipvsadm)
      } renew: { snapshot, result throws(DirectorError) in
        guard snapshot.daemon != nil else { return nil }
        return try snapshot.renew(by: RenewalRule().after(result.restoration), in: result.target) { false }
      }
      events += rollback.events
      isComplete = isComplete && rollback.isComplete
    }
    guard isComplete else { return (events, false) }
    let failure = forget()
    return (events + (failure.map { [.notRemoved(path, $0)] } ?? []), failure == nil)
  }

  /// The event about a record that cannot be used.
  private var unreadable: TrialEvent {
    switch fault {
    case .untrusted(let fault): .notARecord(path, fault)
    case .refused(let errno): .notRead(path, errno)
    case .damaged, nil: .unreadable(path)
    }
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
        let advice = "when this is fixed, run `ipvs-timeout rollback`"
        events.append(.failed(error, advice: error.isAboutStoppingDaemon ? nil : advice))
        isComplete = false
      }
    }
    return (events, isComplete)
  }

  /// The sentence about what it has left behind, and how to finish it.
  package var notice: String? {
    guard let record else { return unreadable.sentence }
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

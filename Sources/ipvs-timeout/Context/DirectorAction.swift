// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import Linux
internal import SystemPackage

/// What a command does with the timeouts of one director.
enum DirectorAction: Hashable {
  /// Reads them.
  case show
  /// Sets those that are wanted, and reads them back.
  case set(isDryRun: Bool)
  /// Sets those that are wanted and differ, and reads them back.
  case correct(isDryRun: Bool)
  /// Compares them with those that are wanted.
  case verify

  /// Whether it changes anything.
  var isChanging: Bool {
    switch self {
    case .show, .verify: false
    case .set(let isDryRun), .correct(let isDryRun): !isDryRun
    }
  }

  /// Does it.
  ///
  /// - Returns: What there is to report.
  /// - Throws: `DirectorError`.
  func perform(on director: borrowing Director, _ wanted: Timeouts) throws(DirectorError) -> TimeoutsReport.Content {
    switch self {
    case .show: .timeouts(try director.timeouts())
    case .set(let isDryRun): .change(try director.set(wanted, isDryRun: isDryRun))
    case .correct(let isDryRun): .change(try director.correct(wanted, isDryRun: isDryRun))
    case .verify: .comparison(wanted: wanted, actual: try director.timeouts())
    }
  }
}

extension Access {
  /// Does something with the timeouts of the director, or of those in several namespaces, and prints the results.
  ///
  /// - Parameters:
  ///   - action: What to do.
  ///   - wanted: The timeouts that are wanted.
  ///   - output: How to write the results.
  /// - Returns: The exit status.
  /// - Throws: ``Failure``.
  func perform(
    _ action: DirectorAction, _ wanted: Timeouts, _ output: TimeoutsOutput
  ) throws(Failure) -> ExitStatus {
    guard selection == NamespaceSelection() else {
      var context = CommandContext(self, output)
      try context.perform(
        action, selection.targets(&context).map { TargetTimeouts(target: $0, wanted: wanted) })
      return try context.finish()
    }
    let report = try performHere(action, wanted)
    try output.print(report)
    return try report.status()
  }

  /// Does something with the caller's own director, without a list of namespaces: that is what every call pays for.
  private func performHere(_ action: DirectorAction, _ wanted: Timeouts) throws(Failure) -> TimeoutsReport {
    let turn = try ChangeLock.turn(for: action)
    defer { extendLifetime(turn) }
    do throws(DirectorError) {
      let director = try Director(backend: backend, ipvsadm: ipvsadm)
      let content = try action.perform(on: director, wanted)
      // When no answer comes, the error itself names both ways.
      StandardStreams.report(director.fallback)
      return TimeoutsReport(backend: director.backend, content: content)
    } catch {
      throw Failure(error)
    }
  }
}

extension ChangeLock {
  /// Waits until it is this program's turn to change something.
  ///
  /// Where nothing can be locked, it goes on and says so; who may not is left to the kernel, which refuses the change.
  ///
  /// - Parameter action: What is to be done; what changes nothing waits for nobody.
  /// - Returns: What keeps others out, where it can be had.
  /// - Throws: ``Failure``, when another one does not end in time.
  static func turn(for action: DirectorAction) throws(Failure) -> ChangeLock? { action.isChanging ? try turn() : nil }

  /// Waits for those that are part of this program's change, and keeps them out.
  ///
  /// - Parameters:
  ///   - turn: What keeps the others out.
  ///   - busy: Called when one of them does not end in time.
  /// - Returns: What keeps them out; `nil` where it cannot be had.
  static func inner(of turn: borrowing ChangeLock?, _ busy: (Failure) -> Void) -> ChangeLock? {
    do throws(ChangeLockError) {
      return try turn?.takeInner()
    } catch .busy(let holder) {
      busy(
        Failure(
          "what the command has left running still changes timeouts: \(holder.subject) has not ended within 10 s; look at"
            + " the timeouts when it has, and run `ipvs-timeout rollback`", .timedOut))
    } catch {
      // A director without a lock is one that others may change at the same time, and that was told.
    }
    return nil
  }

  /// Waits until it is this program's turn to change something, as ``turn(for:)``.
  ///
  /// - Returns: What keeps others out, where it can be had.
  /// - Throws: ``Failure``, when another one does not end in time.
  static func turn() throws(Failure) -> ChangeLock? {
    do throws(ChangeLockError) {
      return try take()
    } catch {
      switch error {
      case .unavailable(.permissionDenied) where !Privilege.isAdministrator: break
      case .unavailable(let errno):
        StandardStreams.report(
          "ipvs-timeout: others may change the timeouts at the same time, because \(ChangeDirectory.usual.lock) cannot"
            + " be locked (\(errno.description), errno \(errno.rawValue)); see that nobody does")
      case .busy(let holder): throw Failure(holder.sentence, .timedOut)
      }
      return nil
    }
  }
}

extension LockHolder? {
  /// Why it was in vain to wait for it.
  var sentence: String {
    "cannot change the timeouts now, and nothing was changed: \(subject) is changing them and has not ended within 10 s;"
      + " wait for its end and try again"
  }

  /// Who it is.
  fileprivate var subject: String {
    switch self {
    case .some(let holder) where !holder.command.isEmpty: "`\(holder.command)` (process \(holder.process))"
    case .some(let holder): "process \(holder.process)"
    case .none: "another program"
    }
  }
}

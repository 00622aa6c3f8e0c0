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
    if let failure = report.failure { throw failure }
    return report.status
  }

  /// Does something with the caller's own director, without a list of namespaces: that is what every call pays for.
  private func performHere(_ action: DirectorAction, _ wanted: Timeouts) throws(Failure) -> TimeoutsReport {
    try ChangeLock.withLock(if: action.isChanging) { () throws(Failure) in
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
}

extension ChangeLock {
  /// Does something while others are kept from changing timeouts.
  ///
  /// - Parameters:
  ///   - isNeeded: Whether it changes any; what only reads them waits for nobody.
  ///   - body: What to do.
  /// - Returns: What `body` returned.
  /// - Throws: ``Failure``, when another change does not end in time, or what `body` throws.
  @inline(__always)
  static func withLock<Result>(if isNeeded: Bool = true, _ body: () throws(Failure) -> Result) throws(Failure)
    -> Result
  {
    let lock = isNeeded ? try acquired() : nil
    return try withExtendedLifetime(lock, body)
  }

  /// Waits until nobody else changes timeouts, and keeps others from it.
  ///
  /// Where nothing can be locked, it goes on and says so; who may not is left to the kernel, which refuses the change.
  ///
  /// - Returns: The lock, where it can be had.
  /// - Throws: ``Failure``, when another change does not end in time.
  static func acquired() throws(Failure) -> ChangeLock? {
    do throws(ChangeLockError) {
      return try acquire()
    } catch {
      switch error {
      case .unavailable(.permissionDenied) where !Privilege.isAdministrator: break
      case .unavailable: StandardStreams.report("ipvs-timeout: \(error)")
      case .busy: throw Failure(error.description, .timedOut)
      }
      return nil
    }
  }
}

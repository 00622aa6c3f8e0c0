// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import Linux
internal import SystemPackage

/// An action of a command on the timeouts of one director.
enum DirectorAction: Hashable {
  /// Reads the timeouts.
  case show
  /// Sets the wanted timeouts, and reads them back.
  case set(isDryRun: Bool)
  /// Sets the wanted timeouts that differ, and reads them back.
  case correct(isDryRun: Bool)
  /// Compares the timeouts with the wanted ones.
  case verify

  /// Whether it changes anything.
  var isChanging: Bool {
    switch self {
    case .show, .verify: false
    case .set(let isDryRun), .correct(let isDryRun): !isDryRun
    }
  }

  /// Whether the command only reads.
  ///
  /// Others work in the same namespaces, whatever the format of the result.
  fileprivate var isReading: Bool {
    switch self {
    case .show, .verify: true
    case .set, .correct: false
    }
  }

  /// Performs the action.
  ///
  /// - Returns: The result.
  /// - Throws: `DirectorError`.
  func perform(on director: inout Director, _ wanted: Timeouts) throws(DirectorError) -> TimeoutsReport.Content {
    switch self {
    case .show: .timeouts(try director.timeouts())
    case .set(let isDryRun): .change(try director.set(wanted, isDryRun: isDryRun))
    case .correct(let isDryRun): .change(try director.correct(wanted, isDryRun: isDryRun))
    case .verify: .comparison(wanted: wanted, actual: try director.timeouts())
    }
  }
}

extension DirectorAction {
  /// The words for a success that did nothing; `nil` if the missing result says so.
  fileprivate var nothing: String? {
    switch self {
    case .show: nil
    case .set, .correct: "nothing was set"
    case .verify: "nothing was compared"
    }
  }
}

extension Access {
  /// Performs an action on the director, or on the directors in several namespaces, and prints the results.
  ///
  /// - Parameters:
  ///   - action: The action.
  ///   - wanted: The wanted timeouts.
  ///   - output: How to write the results.
  /// - Returns: The exit status.
  /// - Throws: ``Failure``.
  func perform(
    _ action: DirectorAction, _ wanted: Timeouts, _ output: TimeoutsOutput
  ) throws(Failure) -> ExitStatus {
    guard let namespace = selection.only else { return try performInEach(action, wanted, output) }
    let report = try perform(action, wanted, in: namespace, output)
    do throws(Failure) {
      try output.print(report)
    } catch {
      // What the kernel did matters more than the output.
      guard let failure = report.failure else { throw error }
      if let message = error.message { StandardStreams.report(message) }
      throw failure
    }
    if let failure = report.failure { throw failure }
    return report.status
  }

  /// Performs an action on the directors of several namespaces, and prints the results.
  @inline(never)
  private func performInEach(
    _ action: DirectorAction, _ wanted: Timeouts, _ output: TimeoutsOutput
  ) throws(Failure) -> ExitStatus {
    var context = CommandContext(self, output)
    try context.perform(action, try targets(for: action, wanted, output, &context))
    return try context.finish()
  }

  /// Performs an action on the directors of the selection, renews connections after each change, and prints the results.
  ///
  /// - Parameters:
  ///   - action: The action.
  ///   - wanted: The wanted timeouts.
  ///   - output: How to write the results.
  ///   - renewal: How to renew connections.
  ///   - command: The command, for the record of a renewal.
  /// - Returns: The exit status.
  /// - Throws: ``Failure``.
  func perform(
    _ action: DirectorAction, _ wanted: Timeouts, _ output: TimeoutsOutput, then renewal: Renewal, for command: String
  ) throws(Failure) -> ExitStatus {
    var context = CommandContext(self, output)
    let wanted = try targets(for: action, wanted, output, &context)
    guard action.isChanging else {
      try context.perform(action, wanted)
      try renewal.report(wanted, &context)
      return try context.finish()
    }
    return try renewal.confirmed(wanted, context, isQuiet: output.isQuiet) { context, run throws(Failure) in
      try context.perform(action, wanted, renewal: RenewalAfterChange(run, renewal, for: command))
    }
  }

  /// The namespaces of the selection with the wanted timeouts; reports if there are none.
  private func targets(
    for action: DirectorAction, _ wanted: Timeouts, _ output: TimeoutsOutput, _ context: inout CommandContext
  ) throws(Failure) -> [TargetTimeouts] {
    let targets = try selection.targets(&context, isForMetrics: action.isReading && output.format == .prometheus)
    if targets.isEmpty, context.failures.isEmpty, let nothing = action.nothing {
      context.note(
        "\(nothing), because no network namespace that was asked for has a virtual service or a connection")
    }
    return targets.map { TargetTimeouts(target: $0, wanted: wanted) }
  }

  /// Performs an action on the director of one namespace, without a list of namespaces: most calls take this way.
  private func perform(
    _ action: DirectorAction, _ wanted: Timeouts, in namespace: NetworkNamespace, _ output: TimeoutsOutput
  ) throws(Failure) -> TimeoutsReport {
    // The result must be reported after a change, even if it does not fit into its file. In a named namespace, the exit
    // status must also say that nobody read it, as it does in many; in the caller's own, SIGPIPE says so.
    if action.isChanging {
      if selection.showsNames { StandardStreams.outliveReader() } else { StandardStreams.outliveFileLimit() }
    }
    return try ChangeLock.withLock(if: action.isChanging) { () throws(Failure) in
      do throws(DirectorError) {
        var director = try Director(in: namespace, backend: backend, ipvsadm: ipvsadm)
        let content = try action.perform(on: &director, wanted)
        // An error names both backends by itself.
        StandardStreams.report(director.fallback)
        guard selection.showsNames else { return TimeoutsReport(backend: director.backend, content: content) }
        return TimeoutsReport(target: NamespaceTarget(namespace), backend: director.backend, content: content)
      } catch {
        output.printFailure(error, in: namespace)
        throw Failure(error)
      }
    }
  }
}

extension TimeoutsOutput {
  /// Writes the failure of a director for programs; the caller reports the sentence.
  @inline(never)
  fileprivate func printFailure(_ error: DirectorError, in namespace: NetworkNamespace) {
    do throws(Failure) { try print(TimeoutsReport(NamespaceFailure(NamespaceTarget(namespace), error))) } catch {}
  }
}

extension ChangeLock {
  /// Runs `body` while no other process changes timeouts.
  ///
  /// - Parameters:
  ///   - isNeeded: Whether `body` changes timeouts. Reading them needs no lock.
  ///   - body: The work.
  /// - Returns: The result of `body`.
  /// - Throws: ``Failure``, when another change does not end in time, or an error of `body`.
  @inline(__always)
  static func withLock<Result>(if isNeeded: Bool = true, _ body: () throws(Failure) -> Result) throws(Failure)
    -> Result
  {
    let lock = isNeeded ? try acquired() : nil
    return try withExtendedLifetime(lock, body)
  }

  /// Waits until no other process changes timeouts, and locks changes.
  ///
  /// If it cannot lock, it reports that and continues. A caller without privileges gets no report here, because the
  /// kernel refuses the change anyway. In a user namespace, the directory may belong to root of the host.
  ///
  /// - Returns: The lock; `nil` if it could not be locked.
  /// - Throws: ``Failure``, when another change does not end in time.
  static func acquired() throws(Failure) -> ChangeLock? {
    do throws(ChangeLockError) {
      return try acquire()
    } catch {
      switch error {
      case .unavailable(.permissionDenied) where !Privilege.isAdministrator,
        .untrusted where !Privilege.isAdministrator:
        break
      case .untrusted(.owner) where !Privilege.isInitialUserNamespace:
        StandardStreams.report("ipvs-timeout: \(ChangeLockError.unavailable(.permissionDenied))")
      case .unavailable, .untrusted: StandardStreams.report("ipvs-timeout: \(error)")
      case .busy: throw Failure(error.description, .timedOut)
      }
      return nil
    }
  }
}

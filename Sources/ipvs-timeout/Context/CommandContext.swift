// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS

/// The failures, the output and the exit status of one run of a command.
///
/// Each namespace is reported by itself. A failure in one does not stop the others, and the largest exit status counts.
struct CommandContext {
  private let access: Access
  /// How to write reports of timeouts.
  private var output: TimeoutsOutput
  private(set) var status = ExitStatus.success
  /// The namespaces in which something failed, in order, for commands that print their own objects.
  private(set) var failures: [NamespaceFailure] = []
  /// Reports that are not written yet.
  ///
  /// Metrics wait until all are known, others until there are enough for one write.
  private var reports: [TimeoutsReport] = []
  private var hasReportedFallback = false
  /// Whether one director has answered.
  ///
  /// After that, no failure counts as the same everywhere.
  private var hasReachedDirector = false
  /// Why results cannot be written.
  ///
  /// It ends the loop, because more results would be lost, too.
  private var outputFailure: Failure?
  private var progress = Progress(of: 0)
  /// The network namespaces that the command should have reached and cannot.
  var unseen = UnseenNamespaces()
  /// Lines for standard error that wait for the end of the command; `nil` if they are written immediately.
  private var deferredLines: [String]?

  /// Creates a context.
  ///
  /// - Parameters:
  ///   - access: How to reach the directors.
  ///   - output: How to write reports of timeouts, for the commands that have them.
  ///   - isDeferred: Whether nothing is written before ``flush()``. A reader may be slow or never read, and restoring
  ///     timeouts cannot wait for it.
  init(_ access: Access, _ output: TimeoutsOutput = TimeoutsOutput(), isDeferred: Bool = false) {
    self.access = access
    self.output = output
    deferredLines = isDeferred ? [] : nil
  }

  /// Whether results name their namespace.
  var showsNames: Bool { access.selection.showsNames }

  /// Reports a failure on standard error.
  mutating func note(_ failure: Failure) {
    if let message = failure.message { report(message) }
    status = status.worse(failure.status)
  }

  /// Reports a failure in one namespace: on standard error, and for programs on standard output.
  mutating func fail(_ failure: NamespaceFailure) {
    failures.append(failure)
    add(TimeoutsReport(failure))
  }

  /// Collects a failure for programs that another context has reported.
  mutating func adopt(_ failure: NamespaceFailure) {
    failures.append(failure)
    reports.append(TimeoutsReport(failure))
  }

  /// Collects a failure that is the same in each of these namespaces.
  ///
  /// The caller reports its sentence once.
  mutating func fail(_ targets: some Sequence<NamespaceTarget>, _ error: DirectorError) {
    for target in targets { adopt(NamespaceFailure(target, error)) }
  }

  /// Reports something on standard error that is not a failure.
  mutating func note(_ sentence: String) {
    report("ipvs-timeout: \(sentence)")
  }

  private mutating func report(_ line: String) {
    progress.clear()
    if deferredLines == nil { StandardStreams.report(line) }
    deferredLines?.append(line)
  }

  /// Writes the remaining reports.
  ///
  /// - Returns: The exit status of the command.
  /// - Throws: ``Failure``.
  consuming func finish() throws(Failure) -> ExitStatus {
    precondition(deferredLines == nil, "a deferred context ends with flush()")
    try write(reports)
    for failure in unseen.failures { note(failure) }
    return status
  }
}

extension CommandContext {
  /// Writes the lines and then the reports that a deferred context has collected.
  ///
  /// - Returns: Success, or the exit status for the failure to write them.
  consuming func flush() -> ExitStatus {
    if let deferredLines, !deferredLines.isEmpty { StandardStreams.report(deferredLines.joined(separator: "\n")) }
    do throws(Failure) {
      try output.print(reports)
      return .success
    } catch {
      if let message = error.message { StandardStreams.report(message) }
      return error.status
    }
  }
}

extension CommandContext {
  /// Runs `body` for each of several namespaces, and reports each failure.
  ///
  /// All commands have one rule: a failure that would be the same in every namespace, such as missing privileges, ends
  /// the loop, unless one namespace has succeeded before.
  ///
  /// - Parameters:
  ///   - targets: The namespaces.
  ///   - isEntering: Whether `body` enters the namespaces. Success in the caller's own namespace proves nothing then.
  ///   - body: The work in one namespace.
  /// - Throws: ``Failure``, for a failure that would be the same everywhere.
  mutating func forEach(
    _ targets: [NamespaceTarget], isEntering: Bool = false,
    _ body: (inout CommandContext, NamespaceTarget) throws(DirectorError) -> Void
  ) throws(Failure) {
    var hasSucceeded = false
    for (number, target) in targets.enumerated() {
      do throws(DirectorError) {
        try body(&self, target)
        if !isEntering || target.namespace != .current { hasSucceeded = true }
      } catch {
        guard hasSucceeded || !error.isSameEverywhere else {
          fail(targets.dropFirst(number), error)
          writeAtFailure()
          throw Failure(error)
        }
        fail(NamespaceFailure(target, error))
      }
    }
  }

  /// Runs `body` for the director in each of several namespaces, by the rule of ``forEach(_:isEntering:_:)``.
  ///
  /// - Parameters:
  ///   - targets: The namespaces.
  ///   - failed: Handles a failure in one namespace; the number is its index in `targets`.
  ///   - body: The work with one director; the number is the index of its namespace in `targets`.
  /// - Throws: ``DirectorError``, for a failure that would be the same everywhere.
  mutating func forEachDirector(
    in targets: [NamespaceTarget],
    failed: (inout CommandContext, Int, DirectorError) -> Void,
    _ body: (inout CommandContext, Int, inout Director) throws(DirectorError) -> Void
  ) throws(DirectorError) {
    guard !targets.isEmpty else { return }
    var directors = try DirectorSequence(
      in: targets.map(\.namespace), backend: access.backend, ipvsadm: access.ipvsadm)
    for number in targets.indices where outputFailure == nil {
      progress.show(number)
      do throws(DirectorError) {
        var director = try directors.next()
        try body(&self, number, &director)
        hasReachedDirector = true
      } catch {
        guard hasReachedDirector || !error.isSameEverywhere else { throw error }
        failed(&self, number, error)
      }
    }
  }

  /// Reports once that `auto` turned to another backend.
  mutating func note(_ fallback: Fallback) {
    guard !hasReportedFallback else { return }
    hasReportedFallback = true
    if let sentence = fallback.sentence { note(sentence) }
  }
}

extension CommandContext {
  /// Performs an action in each of several namespaces, and reports each result.
  ///
  /// Changes are written immediately, other results several at a time.
  ///
  /// - Parameters:
  ///   - action: The action.
  ///   - wanted: The namespaces and the timeouts wanted in each.
  ///   - isFinal: Whether a missing namespace is a failure. If not, it may still appear.
  ///   - renewal: How to renew the connections after a change.
  /// - Returns: The namespaces that have a result, or a failure that does not go away by waiting.
  /// - Throws: ``Failure``, for a failure that would be the same everywhere.
  @discardableResult
  mutating func perform(
    _ action: DirectorAction, _ wanted: [TargetTimeouts], isFinal: Bool = true, renewal: RenewalAfterChange? = nil
  ) throws(Failure) -> [TargetTimeouts] {
    guard !wanted.isEmpty else { return [] }
    // A closed output must not end a change that has begun.
    if action.isChanging { StandardStreams.outliveReader() }
    return try ChangeLock.withLock(if: action.isChanging) { () throws(Failure) in
      try performEach(action, wanted, isFinal, renewal)
    }
  }

  private mutating func performEach(
    _ action: DirectorAction, _ wanted: [TargetTimeouts], _ isFinal: Bool, _ renewal: RenewalAfterChange?
  ) throws(Failure) -> [TargetTimeouts] {
    progress = Progress(of: wanted.count)
    defer { progress.clear() }
    var settled: [TargetTimeouts] = []
    var done = 0
    do throws(DirectorError) {
      try forEachDirector(in: wanted.map(\.target)) { context, number, error in
        done = number + 1
        guard isFinal || !error.namespaceIsMissing else { return }
        settled.append(wanted[number])
        context.fail(NamespaceFailure(wanted[number].target, error))
      } _: { context, number, director throws(DirectorError) in
        if renewal != nil { try director.requireRenewal() }
        let content = try action.perform(on: &director, wanted[number].wanted)
        // An error names both backends by itself.
        context.note(director.fallback)
        done = number + 1
        settled.append(wanted[number])
        let target = wanted[number].target
        context.add(
          TimeoutsReport(target: context.showsNames ? target : nil, backend: director.backend, content: content))
        if let renewal, case .change(let change) = content { try renewal.renew(target, after: change, &context) }
      }
    } catch {
      fail(wanted.dropFirst(done).map(\.target), error)
      writeAtFailure()
      throw Failure(error)
    }
    if let outputFailure { throw outputFailure }
    return settled
  }

  /// Adds the report of a director.
  mutating func add(_ report: TimeoutsReport) {
    reports.append(report)
    let failure = report.failure
    // The sentence about a failure comes after the results before it.
    if report.isOfChange || failure != nil || reports.count >= 64 { writeLines() }
    status = status.worse(report.status)
    if let failure, outputFailure == nil { note(failure) }
  }

  /// Writes the collected reports before the command ends with a failure, which it is going to report.
  private mutating func writeAtFailure() {
    progress.clear()
    do throws(Failure) { try output.print(reports) } catch {}
    reports = []
  }

  /// Writes the reports now, unless their format needs all of them together.
  private mutating func writeLines() {
    guard deferredLines == nil, output.format.isWrittenInPieces, !reports.isEmpty else { return }
    do throws(Failure) { try write(reports) } catch { outputFailure = error }
    reports = []
  }

  /// Writes reports.
  ///
  /// If a change cannot be reported, the command continues without output.
  private mutating func write(_ reports: [TimeoutsReport]) throws(Failure) {
    progress.clear()
    do throws(Failure) {
      try output.print(reports)
    } catch {
      guard reports.contains(where: \.isOfChange) else { throw error }
      note(error)
      output.isQuiet = true
    }
  }
}

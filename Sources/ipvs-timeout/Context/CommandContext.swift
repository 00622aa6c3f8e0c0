// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS

/// What one run of a command collects: its failures, its output and its exit status.
///
/// Each namespace is reported for itself, none stops the others, and the largest exit status decides.
struct CommandContext {
  private let access: Access
  /// How to write reports of timeouts.
  private var output: TimeoutsOutput
  private(set) var status = ExitStatus.success
  /// Reports that are not written yet: metrics until all are known, others until they are worth a write.
  private var reports: [TimeoutsReport] = []
  private var hasReportedFallback = false
  /// Whether a director has done what it was asked to, so that no failure is the same everywhere.
  private var hasReachedDirector = false
  /// Why results cannot be written, so that there is no use in going on.
  private var outputFailure: Failure?
  private var progress = Progress(of: 0)
  /// How many processes did not show in which network namespace they live.
  var hiddenProcesses = 0
  /// Lines for standard error that wait for the end of the command; `nil` where they are written at once.
  private var deferredLines: [String]?

  /// A context for a command that reaches directors this way.
  ///
  /// - Parameters:
  ///   - access: How to reach the directors.
  ///   - output: How to write reports of timeouts, for the commands that have such.
  ///   - isDeferred: Whether nothing is written before ``flush()``. Whoever reads it may be slow, or not read at all, and
  ///     nothing that is to be restored can wait for that.
  init(_ access: Access, _ output: TimeoutsOutput = TimeoutsOutput(), isDeferred: Bool = false) {
    self.access = access
    self.output = output
    deferredLines = isDeferred ? [] : nil
  }

  /// Reports a failure on standard error.
  mutating func note(_ failure: Failure) {
    if let message = failure.message { report(message) }
    status = status.worse(failure.status)
  }

  /// Reports something on standard error that is no failure.
  mutating func note(_ sentence: String) {
    report("ipvs-timeout: \(sentence)")
  }

  private mutating func report(_ line: String) {
    progress.clear()
    if deferredLines == nil { StandardStreams.report(line) }
    deferredLines?.append(line)
  }

  /// Writes what is left to write.
  ///
  /// - Returns: The exit status of the whole.
  /// - Throws: ``Failure``.
  consuming func finish() throws(Failure) -> ExitStatus {
    precondition(deferredLines == nil, "what was deferred is flushed")
    try write(reports)
    if hiddenProcesses > 0 {
      note(
        Failure(
          "cannot see in which network namespaces \(hiddenProcesses) of the processes live, so that some namespaces may"
            + " be missing here; run it as root with the capability CAP_SYS_PTRACE",
          .notPermitted))
    }
    return status
  }
}

extension CommandContext {
  /// Writes what a deferred context has collected: the lines first, then the reports.
  ///
  /// - Returns: How writing the reports has failed; success where it has not.
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
  /// Does something in each of several namespaces; a failure in one is noted, and the others have their turn.
  ///
  /// The one rule for all commands: a failure that would be the same in every namespace, such as a lack of rights, ends
  /// the loop, unless it has succeeded in one of them before.
  ///
  /// - Parameters:
  ///   - targets: The namespaces.
  ///   - isEntering: Whether it is about entering them, of which success in the caller's own says nothing.
  ///   - body: What to do in one of them.
  /// - Throws: ``Failure``, for what would be the same everywhere.
  mutating func forEach(
    _ targets: [NamespaceTarget], isEntering: Bool = false,
    _ body: (inout CommandContext, NamespaceTarget) throws(DirectorError) -> Void
  ) throws(Failure) {
    var hasSucceeded = false
    for target in targets {
      do throws(DirectorError) {
        try body(&self, target)
        if !isEntering || target.namespace != .current { hasSucceeded = true }
      } catch {
        guard hasSucceeded || !error.isSameEverywhere else { throw Failure(error) }
        note(Failure(error))
      }
    }
  }

  /// Does something with the director in each of several namespaces, by the rule of ``forEach(_:_:)``.
  ///
  /// - Parameters:
  ///   - targets: The namespaces.
  ///   - failed: What to do about a failure in one of them; by default, it is noted.
  ///   - body: What to do with the director in one of them; the number is its place in `targets`.
  /// - Throws: ``DirectorError``, for what would be the same everywhere.
  mutating func forEachDirector(
    in targets: [NamespaceTarget],
    failed: (inout CommandContext, Int, DirectorError) -> Void = { context, _, error in context.note(Failure(error)) },
    _ body: (inout CommandContext, Int, borrowing Director) throws(DirectorError) -> Void
  ) throws(DirectorError) {
    guard !targets.isEmpty else { return }
    var directors = try DirectorSequence(
      in: targets.map(\.namespace), backend: access.backend, ipvsadm: access.ipvsadm)
    for number in targets.indices where outputFailure == nil {
      progress.show(number)
      do throws(DirectorError) {
        let director = try directors.next()
        try body(&self, number, director)
        hasReachedDirector = true
      } catch {
        guard hasReachedDirector || !error.isSameEverywhere else { throw error }
        failed(&self, number, error)
      }
    }
  }

  /// Reports once that another backend answers than was expected.
  mutating func note(_ fallback: Fallback) {
    guard !hasReportedFallback else { return }
    hasReportedFallback = true
    if let sentence = fallback.sentence { note(sentence) }
  }
}

extension CommandContext {
  /// Does something with the timeouts of each of several namespaces, and reports each.
  ///
  /// What was changed is written at once, what was only read in pieces.
  ///
  /// - Parameters:
  ///   - action: What to do.
  ///   - wanted: Where, and what is wanted there.
  ///   - isFinal: Whether a namespace that is not there is a failure; else it may still appear.
  /// - Returns: Those where it was done, or failed for good.
  /// - Throws: ``Failure``, for what would be the same everywhere.
  @discardableResult
  mutating func perform(
    _ action: DirectorAction, _ wanted: [TargetTimeouts], isFinal: Bool = true
  ) throws(Failure) -> [TargetTimeouts] {
    guard !wanted.isEmpty else { return [] }
    // What is begun is not left half done because nobody reads the reports.
    if action.isChanging { StandardStreams.outliveReader() }
    return try ChangeLock.withLock(if: action.isChanging) { () throws(Failure) in
      try performEach(action, wanted, isFinal)
    }
  }

  private mutating func performEach(
    _ action: DirectorAction, _ wanted: [TargetTimeouts], _ isFinal: Bool
  ) throws(Failure) -> [TargetTimeouts] {
    progress = Progress(of: wanted.count)
    defer { progress.clear() }
    var settled: [TargetTimeouts] = []
    do throws(DirectorError) {
      try forEachDirector(in: wanted.map(\.target)) { context, number, error in
        guard isFinal || !error.namespaceIsMissing else { return }
        settled.append(wanted[number])
        context.writeLines()
        if context.outputFailure == nil { context.note(Failure(error)) }
      } _: { context, number, director throws(DirectorError) in
        let content = try action.perform(on: director, wanted[number].wanted)
        // When no answer comes, the error itself names both ways.
        context.note(director.fallback)
        settled.append(wanted[number])
        context.add(TimeoutsReport(target: wanted[number].target, backend: director.backend, content: content))
      }
    } catch {
      throw Failure(error)
    }
    if let outputFailure { throw outputFailure }
    return settled
  }

  /// Adds the report of a director.
  mutating func add(_ report: TimeoutsReport) {
    reports.append(report)
    if report.isOfChange || reports.count >= 64 { writeLines() }
    status = status.worse(report.status)
    if let failure = report.failure { note(failure) }
  }

  /// Writes the reports that need not be held: a change is reported at once, whatever comes next.
  private mutating func writeLines() {
    guard deferredLines == nil, output.format.isWrittenInPieces, !reports.isEmpty else { return }
    do throws(Failure) { try write(reports) } catch { outputFailure = error }
    reports = []
  }

  /// Writes reports.
  ///
  /// Where a change cannot be reported, the rest is done all the same, without output.
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

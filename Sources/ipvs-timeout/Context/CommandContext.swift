// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS

/// One command over many network namespaces: each is reported for itself, none stops the others, the worst decides.
struct CommandContext {
  private var output: Invocation.Output
  private let access: Invocation.Access
  private var worst = ExitStatus.success
  /// What is not written yet: metrics until all are known, what is only read until it is worth a write.
  private var held: [Report] = []
  private var hasToldOfFallback = false
  /// Whether a namespace was reached, so that nothing is the same everywhere.
  private var hasSucceeded = false
  private var progress = Progress(of: 0)
  /// How many processes did not show in which network namespace they live.
  var hiddenProcesses = 0

  init(_ output: Invocation.Output, _ access: Invocation.Access) {
    self.output = output
    self.access = access
  }

  /// Does something in each place.
  ///
  /// - Parameters:
  ///   - aims: Where, and what is wanted there.
  ///   - deed: What to do.
  ///   - isFinal: Whether a place that is no namespace is a failure; else it may become one.
  /// - Returns: What was done, or failed for good.
  /// - Throws: ``Failure``, for what would be the same everywhere.
  @discardableResult
  mutating func visit(_ aims: [TargetTimeouts], _ deed: DirectorAction, isFinal: Bool = true) throws(Failure)
    -> [TargetTimeouts]
  {
    guard !aims.isEmpty else { return [] }
    // What is begun is not left half done because nobody reads what is said about it.
    if deed.isChanging { StandardStreams.outliveReader() }
    let turn = try ChangeLock.turn(for: deed)
    defer { extendLifetime(turn) }
    progress = Progress(of: aims.count)
    defer { progress.clear() }
    var settled: [TargetTimeouts] = []
    var directors = try DirectorSequence(to: aims.map(\.place), access)
    for (number, aim) in aims.enumerated() {
      progress.show(number)
      switch directors.next(aim, deed) {
      case .success(let finding):
        hasSucceeded = true
        tell(of: directors.fallback)
        try take(Report(place: aim.place, backend: directors.backend, finding: finding))
      case .failure(let error) where error.isSameEverywhere && !hasSucceeded:
        throw Failure(error)
      case .failure(let error) where !isFinal && error.namespaceIsMissing:
        continue
      case .failure(let error):
        try writeLines()
        note(Failure(error))
      }
      settled.append(aim)
    }
    return settled
  }

  /// Tells of something that failed.
  mutating func note(_ failure: Failure) {
    progress.clear()
    if let message = failure.message { StandardStreams.report(message) }
    worst = worst.worse(failure.status)
  }

  /// Writes what is left to write.
  ///
  /// - Returns: The exit status of the whole.
  /// - Throws: ``Failure``.
  consuming func finished() throws(Failure) -> ExitStatus {
    try write(held)
    if hiddenProcesses > 0 {
      note(
        Failure(
          "cannot see in which network namespaces \(hiddenProcesses) of the processes live, so that some namespaces may"
            + " be missing here; run it as root with the capability CAP_SYS_PTRACE",
          .notPermitted))
    }
    return worst
  }

  private mutating func take(_ report: Report) throws(Failure) {
    held.append(report)
    if report.isOfChange || held.count >= 64 { try writeLines() }
    do { worst = worst.worse(try report.status()) } catch { note(error) }
  }

  /// Writes what is held and need not be: what was changed is told at once, whatever comes next.
  private mutating func writeLines() throws(Failure) {
    guard output.format != .prometheus, !held.isEmpty else { return }
    try write(held)
    held = []
  }

  /// Writes reports.
  ///
  /// Where what has changed cannot be told, the rest is done all the same, without a word.
  private mutating func write(_ reports: [Report]) throws(Failure) {
    progress.clear()
    do throws(Failure) {
      try output.print(reports)
    } catch {
      guard reports.contains(where: \.isOfChange) else { throw error }
      note(error)
      output.isQuiet = true
    }
  }

  private mutating func tell(of fallback: Fallback) {
    guard !hasToldOfFallback else { return }
    hasToldOfFallback = true
    progress.clear()
    StandardStreams.report(fallback)
  }
}

extension DirectorSequence {
  /// Directors in these places, in this order.
  init(to places: [NamespaceTarget], _ access: Invocation.Access) throws(Failure) {
    do throws(DirectorError) {
      self = try DirectorSequence(in: places.map(\.namespace), backend: access.backend, ipvsadm: access.ipvsadm)
    } catch {
      throw Failure(error)
    }
  }

  /// The director in the next namespace, of which the caller knows that there is one.
  mutating func following() throws(DirectorError) -> Director {
    guard let director = try next() else { preconditionFailure("there are as many directors as places") }
    return director
  }

  /// What comes of it in the next namespace.
  fileprivate mutating func next(_ aim: TargetTimeouts, _ deed: DirectorAction) -> Result<Report.Finding, DirectorError>
  {
    Result { () throws(DirectorError) in
      try deed.perform(on: following(), aim.wanted)
    }
  }
}

/// What there is to say of a trial, which is said when all is over: who reads it may be slow, or not read at all, and
/// nothing that is to be put back can wait for that.
struct Account {
  private var lines: [String] = []
  private var reports: [Report] = []
  /// How the worst of it failed.
  private(set) var status = ExitStatus.success

  /// Something that is no failure.
  mutating func note(_ sentence: String) {
    lines.append("ipvs-timeout: \(sentence)")
  }

  /// Something that failed, and what to do, if the failure does not say it.
  mutating func note(_ failure: Failure, _ advice: String? = nil) {
    if let message = failure.message { lines.append(message + (advice.map { "; \($0)" } ?? "")) }
    status = status.worse(failure.status)
  }

  /// A result.
  mutating func add(_ report: Report) {
    reports.append(report)
  }

  /// Says all of it.
  ///
  /// - Returns: How writing the results failed.
  func tell(_ output: Invocation.Output) -> ExitStatus {
    if !lines.isEmpty { StandardStreams.report(lines.joined(separator: "\n")) }
    do throws(Failure) {
      try output.print(reports)
      return .success
    } catch {
      if let message = error.message { StandardStreams.report(message) }
      return error.status
    }
  }
}

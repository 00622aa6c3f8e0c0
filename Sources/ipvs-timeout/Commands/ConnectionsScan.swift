// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import Linux
internal import Text

/// Reads the connections of network namespaces.
///
/// A namespace that fails is reported once and then left out.
struct ConnectionsScan {
  private var targets: [NamespaceTarget]
  private let filter: ConnectionFilter

  /// A scan of these namespaces for the connections that a filter accepts.
  init(of targets: [NamespaceTarget], _ filter: ConnectionFilter) {
    self.targets = targets
    self.filter = filter
  }

  /// Counts the outdated connections.
  ///
  /// - Parameters:
  ///   - context: Collects failures.
  ///   - willReport: Called before a failure is reported.
  /// - Returns: The number of outdated connections.
  /// - Throws: ``Failure``, for a failure that would be the same everywhere.
  mutating func count(_ context: inout CommandContext, willReport: () -> Void) throws(Failure) -> OutdatedCount {
    let filter = filter
    var outdated = OutdatedCount()
    try each(&context, willReport: willReport) { target, isUntouched, director throws(DirectorError) in
      outdated.add(try director.connectionSummary(in: target.namespace, filter, isUntouched: isUntouched))
    }
    return outdated
  }

  /// Counts all connections, and prints a summary for each namespace.
  ///
  /// - Parameters:
  ///   - context: Collects failures.
  ///   - printer: Prints the summaries.
  /// - Returns: The number of outdated connections.
  /// - Throws: ``Failure``, for a failure that would be the same everywhere.
  mutating func summarize(
    _ context: inout CommandContext, _ printer: inout ConnectionsPrinter
  ) throws(Failure) -> OutdatedCount {
    let filter = filter
    var outdated = OutdatedCount()
    try each(&context) { target, isUntouched, director throws(DirectorError) in
      let summary = try director.connectionSummary(in: target.namespace, filter, isUntouched: isUntouched)
      outdated.add(summary)
      printer.add(
        ConnectionsReport(
          target: target, backend: director.backend, summary: summary, isFiltered: filter != ConnectionFilter()))
    }
    return outdated
  }

  /// Prints the outdated connections.
  ///
  /// - Parameters:
  ///   - context: Collects failures.
  ///   - printer: Prints the connections.
  /// - Returns: The number of outdated connections.
  /// - Throws: ``Failure``, for a failure that would be the same everywhere.
  mutating func list(_ context: inout CommandContext, _ printer: inout ConnectionsPrinter) throws(Failure)
    -> OutdatedCount
  {
    let filter = filter
    var outdated = OutdatedCount()
    var changed: [NamespaceTarget] = []
    try each(&context) { target, isUntouched, director throws(DirectorError) in
      let timeouts = try director.timeouts()
      guard !isUntouched else { return }
      do throws(IPVSError) {
        var table = try ConnectionTable(in: target.namespace)
        let rule = OutdatedRule(timeouts, hasBackupDaemon: table.hasBackupDaemon ?? true)
        while !printer.isBroken, let connection = try table.next() {
          let kind = ConnectionKind(connection)
          guard filter.passes(connection), case .timeout(let name) = TimerSource(for: kind),
            let allowed = timeouts[name], rule.isOutdated(connection, limit: allowed)
          else { continue }
          outdated.count += 1
          outdated.seconds = max(outdated.seconds, connection.secondsLeft - allowed.seconds)
          printer.add(OutdatedConnection(target: target, connection: connection, name: name, allowed: allowed))
        }
      } catch {
        throw .kernel(error)
      }
      // The lines are written already, so the table cannot be read again.
      if try director.timeouts() != timeouts { changed.append(target) }
    }
    for target in changed {
      context.fail(
        NamespaceFailure(
          target,
          "the timeouts in \(target.namespace.place) changed while its connections were listed, so the list may be wrong;"
            + " list them again", .timedOut))
    }
    return outdated
  }

  /// Runs `body` for each director that has not failed before, and says whether its counters show that it has no
  /// connection.
  private mutating func each(
    _ context: inout CommandContext, willReport: () -> Void = {},
    _ body: (NamespaceTarget, Bool, inout Director) throws(DirectorError) -> Void
  ) throws(Failure) {
    let targets = targets
    let untouched = NetworkNamespace.areUntouched(targets.map(\.namespace))
    var remaining: [NamespaceTarget] = []
    var done = 0
    do throws(DirectorError) {
      try context.forEachDirector(in: targets) { context, number, error in
        done = number + 1
        willReport()
        context.fail(NamespaceFailure(targets[number], error))
      } _: { context, number, director throws(DirectorError) in
        try body(targets[number], untouched[number], &director)
        // An error names both backends by itself.
        context.note(director.fallback)
        done = number + 1
        remaining.append(targets[number])
      }
    } catch {
      context.fail(targets.dropFirst(done), error)
      throw Failure(error)
    }
    self.targets = remaining
  }
}

extension OutdatedCount {
  fileprivate mutating func add(_ summary: ConnectionSummary) {
    count += summary.outdated
    seconds = max(seconds, summary.outdatedFor)
    lastEnd = max(lastEnd, summary.lastEnd)
    latestEnd = max(latestEnd, summary.latestEnd)
  }
}

extension ConnectionsScan {
  /// Waits until no connection is outdated, or until the time is over.
  ///
  /// It counts every 10 seconds, and as soon as the last outdated connection can have ended. Reading takes at most half
  /// of the time.
  ///
  /// - Parameters:
  ///   - wait: How long to wait.
  ///   - isQuiet: Whether to show no progress.
  ///   - context: Collects failures.
  /// - Returns: Whether no connection was outdated; `false` if the time was over first.
  /// - Throws: ``Failure``, for a failure that would be the same everywhere.
  mutating func wait(
    _ wait: ConnectionsRequest.Wait, isQuiet: Bool, _ context: inout CommandContext
  ) throws(Failure) -> Bool {
    let end: ContinuousClock.Instant? = if case .atMost(let time) = wait { .now + time } else { nil }
    var display = WaitDisplay(isQuiet: isQuiet)
    defer { display.clear() }
    while true {
      let begin = ContinuousClock.now
      let outdated = try count(&context) { display.clear() }
      guard outdated.count > 0 else { return true }
      let seen = ContinuousClock.now
      let next = seen + max(begin.duration(to: seen), .seconds(min(10, max(1, outdated.seconds))))
      _ = poll(until: min(next, end ?? next), every: .milliseconds(500)) { _ -> Bool? in
        let now = ContinuousClock.now
        display.show(outdated, seen: seen.duration(to: now), at: now)
        return nil
      }
      if let end, ContinuousClock.now >= end { return false }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import Glibc
internal import IPVS
internal import Text

/// Reads the connections of network namespaces, one after another; one that fails is told of once and then left out.
struct ConnectionsLook {
  private var places: [NamespaceTarget]
  private let filter: ConnectionFilter
  private let access: Invocation.Access
  private var hasToldOfFallback = false

  init(at places: [NamespaceTarget], _ filter: ConnectionFilter, _ access: Invocation.Access) {
    self.places = places
    self.filter = filter
    self.access = access
  }

  /// Counts the outdated ones.
  ///
  /// - Parameters:
  ///   - round: Is told of what failed.
  ///   - willTell: What to do before.
  /// - Returns: How many are outdated.
  /// - Throws: ``Failure``, for what would be the same everywhere.
  mutating func count(_ round: inout CommandContext, willTell: () -> Void) throws(Failure) -> OutdatedCount {
    let filter = filter
    var outdated = OutdatedCount()
    try each(&round, willTell: willTell) { place, director throws(DirectorError) in
      outdated.add(try director.connectionSummary(in: place.namespace, filter))
    }
    return outdated
  }

  /// Counts them all, and prints a summary for each namespace.
  ///
  /// - Parameters:
  ///   - round: Is told of what failed.
  ///   - printer: Prints.
  /// - Returns: How many are outdated.
  /// - Throws: ``Failure``, for what would be the same everywhere, or when it cannot be printed.
  mutating func summarize(
    _ round: inout CommandContext, _ printer: inout ConnectionsPrinter
  ) throws(Failure) -> OutdatedCount {
    let filter = filter
    var outdated = OutdatedCount()
    try each(&round) { place, director throws(DirectorError) in
      let summary = try director.connectionSummary(in: place.namespace, filter)
      outdated.add(summary)
      printer.add(ConnectionsReport(place: place, backend: director.backend, summary: summary))
    }
    return outdated
  }

  /// Prints the outdated ones.
  ///
  /// - Parameters:
  ///   - round: Is told of what failed.
  ///   - printer: Prints.
  /// - Returns: How many are outdated.
  /// - Throws: ``Failure``, for what would be the same everywhere, or when it cannot be printed.
  mutating func list(_ round: inout CommandContext, _ printer: inout ConnectionsPrinter) throws(Failure)
    -> OutdatedCount
  {
    let filter = filter
    var outdated = OutdatedCount()
    var changed: [NamespaceTarget] = []
    try each(&round) { place, director throws(DirectorError) in
      let timeouts = try director.timeouts()
      do throws(IPVSError) {
        var table = try ConnectionTable(in: place.namespace)
        let rule = OutdatedRule(timeouts, hasBackupDaemon: table.hasBackupDaemon)
        while !printer.isBroken, let connection = try table.next() {
          let kind = ConnectionKind(connection)
          guard filter.passes(connection), case .timeout(let name) = TimerSource(for: kind),
            let allowed = timeouts[name], rule.isOutdated(connection, allowed: allowed)
          else { continue }
          outdated.count += 1
          outdated.seconds = max(outdated.seconds, connection.secondsLeft - allowed.seconds)
          printer.add(OutdatedConnection(place: place, connection: connection, name: name, allowed: allowed))
        }
      } catch {
        throw .kernel(error)
      }
      // What is written is written, so that it cannot be read again.
      if try director.timeouts() != timeouts { changed.append(place) }
    }
    for place in changed {
      round.note(
        Failure(
          "the timeouts in \(place.namespace.place) were changed while its connections were listed, so that some may be"
            + " listed by mistake; list them again", .timedOut))
    }
    return outdated
  }

  private mutating func each(
    _ round: inout CommandContext, willTell: () -> Void = {},
    _ body: (NamespaceTarget, borrowing Director) throws(DirectorError) -> Void
  ) throws(Failure) {
    var directors: DirectorSequence
    do throws(DirectorError) {
      directors = try DirectorSequence(in: places.map(\.namespace), backend: access.backend, ipvsadm: access.ipvsadm)
    } catch {
      throw Failure(error)
    }
    if !hasToldOfFallback { StandardStreams.report(directors.fallback) }
    hasToldOfFallback = true
    var remaining: [NamespaceTarget] = []
    for place in places {
      do throws(DirectorError) {
        let director = try directors.following()
        try body(place, director)
        remaining.append(place)
      } catch {
        // Where another one could be read, it is not the same everywhere.
        if error.isSameEverywhere, remaining.isEmpty { throw Failure(error) }
        willTell()
        round.note(Failure(error))
      }
    }
    places = remaining
  }
}

extension OutdatedCount {
  fileprivate mutating func add(_ summary: ConnectionSummary) {
    count += summary.outdated
    seconds = max(seconds, summary.outdatedFor)
  }
}

extension ConnectionsLook {
  /// Waits until no connection is outdated, or for as long as it may.
  ///
  /// It looks again when the last one can have ended, and every 10 seconds; and no more than half of the time.
  ///
  /// - Parameters:
  ///   - wait: How long to wait at the most.
  ///   - isQuiet: Whether not to say how it goes.
  ///   - round: Is told of what failed.
  /// - Returns: Whether none was left; else the time was over first.
  /// - Throws: ``Failure``, for what would be the same everywhere.
  mutating func wait(
    _ wait: ConnectionsRequest.Wait, isQuiet: Bool, _ round: inout CommandContext
  ) throws(Failure) -> Bool {
    let end: ContinuousClock.Instant? = if case .atMost(let time) = wait { .now + time } else { nil }
    var display = WaitDisplay(isQuiet: isQuiet)
    defer { display.clear() }
    while true {
      let begin = ContinuousClock.now
      let outdated = try count(&round) { display.clear() }
      guard outdated.count > 0 else { return true }
      let seen = ContinuousClock.now
      let next = seen + max(begin.duration(to: seen), .seconds(min(10, max(1, outdated.seconds))))
      var now = seen
      while now < next {
        if let end, now >= end { return false }
        display.show(outdated, seen: seen.duration(to: now), at: now)
        let pause = min(Duration.milliseconds(500), now.duration(to: min(next, end ?? next)))
        usleep(UInt32(pause / .microseconds(1)) + 1)
        now = .now
      }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS

/// Connections to real servers that their service no longer has.
package struct LostConnections: Sendable, Hashable {
  /// How many there are whose timer a timeout sets.
  package var count = 0
  /// How many of these are outdated.
  package var outdated = 0
  /// The number of seconds before which the last one does not end.
  package var lastEnd: UInt32 = 0
  /// The number of seconds after which the last one has ended, because the kernel's timers are late.
  package var latestEnd: UInt32 = 0
}

/// The connections of one director: all of them by kind, and those without a real server.
struct ConnectionFacts: Sendable {
  private(set) var summary: ConnectionSummary
  private(set) var lost: LostConnections

  /// Reads the connections of a director as its kernel lists them now.
  ///
  /// When somebody changes the timeouts at the same time, connections may seem outdated that are not. Then it reads
  /// again.
  ///
  /// - Parameters:
  ///   - director: The director.
  ///   - namespace: The network namespace in which it is.
  ///   - services: Its services; `nil` where they are not known, so that no connection counts as lost.
  /// - Throws: ``DirectorError``, when the connections cannot be read.
  init(
    of director: inout Director, in namespace: NetworkNamespace, _ services: ServiceTable?
  ) throws(DirectorError) {
    var current = try director.timeouts()
    self = try ConnectionFacts(by: current, in: namespace, services)
    for _ in 0..<2 {
      let now = try director.timeouts()
      guard now != current else { return }
      current = now
      self = try ConnectionFacts(by: current, in: namespace, services)
    }
  }

  private init(
    by timeouts: Timeouts, in namespace: NetworkNamespace, _ services: ServiceTable?
  ) throws(DirectorError) {
    do throws(IPVSError) {
      self = try ConnectionFacts(reading: try ConnectionTable(in: namespace), by: timeouts, services)
    } catch {
      throw .kernel(error)
    }
  }

  private init(
    reading table: consuming ConnectionTable, by timeouts: Timeouts, _ services: ServiceTable?
  ) throws(IPVSError) {
    let rule = OutdatedRule(timeouts, hasBackupDaemon: table.hasBackupDaemon ?? true)
    var summary = ConnectionSummary(by: rule)
    var lost = LostConnections()
    while let connection = try table.next() {
      summary.add(connection)
      // A connection from another director may go to a server that was never here.
      guard let services, connection.origin != .sync else { continue }
      let kind = ConnectionKind(connection)
      let limit = rule.limit(for: kind)
      guard case .timeout(let name) = TimerSource(for: kind), limit != nil, services.hasLost(connection) else {
        continue
      }
      lost.count += 1
      lost.lastEnd = max(lost.lastEnd, summary.wheel.earliestEnd(after: connection.secondsLeft))
      lost.latestEnd = max(lost.latestEnd, summary.wheel.latestEnd(after: connection.secondsLeft, name))
      if rule.isOutdated(connection, limit: limit) { lost.outdated += 1 }
    }
    self.summary = summary
    self.lost = lost
  }
}

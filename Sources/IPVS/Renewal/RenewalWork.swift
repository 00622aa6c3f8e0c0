// SPDX-License-Identifier: Apache-2.0

/// The work of a renewal: several rounds, each of which reads the table.
///
/// It decides and counts, and sends nothing itself.
struct RenewalWork {
  private let rule: RenewalRule
  private let decider: RenewalDecider
  private let now: () -> ContinuousClock.Instant
  private let begin: ContinuousClock.Instant
  /// The connections of this director that were sent to the daemon.
  private var sentLocal = ConnectionSketch()
  /// The connections that another director created, and that were sent to the daemon.
  private var sentSynced = ConnectionSketch()
  /// All connections that another director created.
  private var synced = ConnectionSketch()
  /// The connections that the kernel created again.
  private var created = ConnectionSketch()
  /// Some of the connections that were sent first, as they were then.
  private var probes: [Probe] = []
  /// How many connections were sent, each once.
  private var sent = 0
  private var silentTooLong = 0
  private var recreated = 0
  private var rounds = 0
  /// How many connections this round has sent, how many it has ended, and how many it has left out because they were
  /// not idle.
  private var (sentInRound, endedInRound, active) = (0, 0, 0)
  /// Whether this round has seen the whole table.
  private var hasSeenAll = false
  private var report = RenewalReport()

  /// Begins the work.
  ///
  /// - Parameters:
  ///   - rule: Which connections to renew.
  ///   - decider: The rule under the timeouts that are in force.
  ///   - now: The clock.
  init(
    _ rule: RenewalRule, by decider: RenewalDecider, now: @escaping () -> ContinuousClock.Instant = { .now }
  ) {
    self.rule = rule
    self.decider = decider
    self.now = now
    begin = now()
  }

  /// Whether a round has found nothing to do.
  var isComplete: Bool { sentInRound == 0 && endedInRound == 0 && active == 0 }
  /// Whether connections were left out because they were not idle.
  var hasActive: Bool { active > 0 }
  /// Whether the first messages have had no effect, so the daemon cannot have received them.
  var isDeaf: Bool {
    probes.contains { $0.isUnchanged == true } && !probes.contains { $0.isUnchanged == false }
  }

  /// Begins a round.
  mutating func beginRound() {
    rounds += 1
    (sentInRound, endedInRound, active) = (0, 0, 0)
    hasSeenAll = false
    report = RenewalReport()
  }

  /// Notes that the round has considered the whole table.
  mutating func endRound() {
    hasSeenAll = true
  }

  /// Counts a connection; returns it with its new timer if it needs one.
  mutating func consider(_ connection: Connection) -> (SyncMessage.Entry, seconds: UInt32)? {
    let key = ConnectionSketch.Key(connection)
    if connection.origin == .sync {
      if rounds > 1, isRecreated(key) { return ended(connection, key) }
      if rounds == 1, !sentLocal.contains(key) { synced.insert(key) }
    }
    guard rule.filter.passes(connection) else { return nil }
    report.count += 1
    let wasSent = rounds > 1 && (sentLocal.contains(key) || sentSynced.contains(key))
    if wasSent { compareProbes(connection) }
    let decision = decider.decision(on: connection)
    if wasSent, isRenewed(connection, decision) {
      report.renewed += 1
      return nil
    }
    switch decision {
    case .none: break
    case .wait:
      report.outdated += 1
      active += 1
    case .keep(let reason): report.kept[reason, default: 0] += 1
    case .renew(let entry, let seconds, let isSilentTooLong):
      send(entry, key, seconds, isSilentTooLong, isFirst: !wasSent)
      return (entry, seconds)
    }
    return nil
  }

  /// The report after the last round.
  var result: RenewalReport {
    var result = report
    if rule.previous != nil || decider.longest != LongestTimers() { result.silentTooLong = silentTooLong }
    result.recreated = recreated
    // A connection that was sent is in the table, was created again, or is gone.
    if hasSeenAll { result.gone = max(0, sent - report.renewed - sentInRound - recreated) }
    return result
  }

  /// The report of a renewal that was ended early.
  var interrupted: RenewalReport {
    var report = result
    report.isInterrupted = true
    return report
  }

  private mutating func send(
    _ entry: SyncMessage.Entry, _ key: ConnectionSketch.Key, _ seconds: UInt32, _ isSilentTooLong: Bool, isFirst: Bool
  ) {
    report.outdated += 1
    sentInRound += 1
    guard isFirst else { return }
    if entry.connection.origin == .sync { sentSynced.insert(key) } else { sentLocal.insert(key) }
    sent += 1
    if isSilentTooLong { silentTooLong += 1 }
    guard rounds == 1, probes.count < 4 else { return }
    let left = Int(entry.connection.secondsLeft)
    // A timer that moves by a few seconds shows nothing.
    if abs(Int(seconds > 0 ? seconds : decider.limit(for: entry.connection) ?? 0) - left) > 4 {
      probes.append(Probe(entry.connection, at: now()))
    }
  }

  /// Whether the kernel created this entry from a message, because the connection had just ended.
  ///
  /// Its origin shows that.
  private func isRecreated(_ key: ConnectionSketch.Key) -> Bool {
    sentLocal.contains(key) && !synced.contains(key)
  }

  /// Ends an entry that the kernel created again; returns it with its last second, or `nil` if that was sent before.
  private mutating func ended(
    _ connection: Connection, _ key: ConnectionSketch.Key
  ) -> (SyncMessage.Entry, seconds: UInt32)? {
    guard created.insert(key) else { return nil }
    recreated += 1
    endedInRound += 1
    return SyncMessage.Entry(connection).map { ($0, 1) }
  }

  /// Whether a connection that was sent needs nothing more.
  private func isRenewed(_ connection: Connection, _ decision: RenewalDecider.Decision) -> Bool {
    switch decision {
    case .none, .wait, .keep(.aboutToEnd): true
    case .keep: false
    case .renew: isDone(connection)
    }
  }

  /// Whether a connection needs nothing more, although its timer does not look new.
  ///
  /// Its new timer has gone on since then. With the rest of its timeout it looks like a connection on the old timer.
  private func isDone(_ connection: Connection) -> Bool {
    let limit = decider.limit(for: connection) ?? .max
    let left = connection.secondsLeft
    guard left <= limit else { return false }
    return rule.isSinceLastPacket ? !isDeaf : left + begin.seconds(until: now()) + 2 >= limit
  }

  private mutating func compareProbes(_ connection: Connection) {
    for position in probes.indices where probes[position].isOf(connection) {
      probes[position].compare(connection, at: now())
    }
  }

  /// A connection that was sent, to see whether messages arrive.
  private struct Probe {
    private let connection: Connection
    private let begin: ContinuousClock.Instant
    /// Whether its timer is as before; `nil` if it was not seen again.
    private(set) var isUnchanged: Bool?

    init(_ connection: Connection, at begin: ContinuousClock.Instant) {
      self.connection = connection
      self.begin = begin
    }

    func isOf(_ other: Connection) -> Bool {
      other.client == connection.client && other.service == connection.service
        && other.transport == connection.transport
    }

    mutating func compare(_ other: Connection, at now: ContinuousClock.Instant) {
      // An untouched timer has gone on, give or take a second or two.
      let expected = max(0, Int(connection.secondsLeft) - Int(begin.seconds(until: now)))
      isUnchanged = abs(Int(other.secondsLeft) - expected) <= 2
    }
  }
}

extension ContinuousClock.Instant {
  /// The number of whole seconds until another instant.
  fileprivate func seconds(until end: ContinuousClock.Instant) -> UInt32 {
    UInt32(clamping: duration(to: end).components.seconds)
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Linux
internal import SystemPackage

/// A renewal of the timers of connections in one network namespace.
///
/// A connection takes a new timeout at its next packet, so an idle connection keeps its old timer. The kernel's sync
/// protocol can set that timer immediately: an entry that the director already has, sent to a backup daemon of the same
/// network namespace, gets the timeout of its state (`ip_vs_proc_conn` in `ip_vs_sync.c`).
///
/// ```swift
/// let ipvs = try Client()
/// var rule = RenewalRule()
/// rule.previous = try ipvs.changeTimeouts(to: Timeouts(tcp: 60)).before
/// let renewal = ConnectionRenewal(rule)
/// print(try renewal.plan(over: ipvs).renewed)
/// print(try renewal.run(over: ipvs).renewed)
/// ```
///
/// While ``run(over:until:)`` works, a backup daemon receives on the loopback interface. If the process is killed, the
/// daemon stays: keep ``daemon`` somewhere, and call ``Client/stop(_:)`` later.
public struct ConnectionRenewal: Sendable, Hashable {
  /// Which connections to renew.
  public let rule: RenewalRule
  /// The daemon that ``run(over:until:)`` starts.
  public let daemon: RenewalDaemon

  /// Creates a renewal; this changes nothing.
  public init(_ rule: RenewalRule = RenewalRule(), daemon: RenewalDaemon = RenewalDaemon()) {
    self.rule = rule
    self.daemon = daemon
  }

  /// Reads the connections, and counts the ones that ``run(over:until:)`` would renew.
  ///
  /// - Parameters:
  ///   - client: IPVS in the network namespace.
  ///   - timeouts: The timeouts to plan for; `nil` for the timeouts that are in force.
  /// - Returns: The plan.
  /// - Throws: ``IPVSError``, when the connections cannot be read, or the namespace cannot have a backup daemon.
  public func plan(
    over client: borrowing Client, under timeouts: Timeouts? = nil
  ) throws(IPVSError) -> RenewalReport {
    try RenewalObstacle.check(client.namespace)
    let current = try client.timeouts()
    let ports = FTPPorts.current
    var decider = RenewalDecider(rule, under: timeouts?.merging(current) ?? current, ftpPorts: ports)
    if rule.previous == nil { decider.longest = try longestTimers(in: client.namespace) }
    var report = RenewalReport()
    var silentTooLong = 0
    var table = try ConnectionTable(in: client.namespace)
    while let connection = try table.next() {
      guard rule.filter.passes(connection) else { continue }
      report.count += 1
      switch decider.decision(on: connection) {
      case .none: break
      case .wait: report.renewed += 1
      case .keep(let reason): report.kept[reason, default: 0] += 1
      case .renew(_, _, let isSilentTooLong):
        report.renewed += 1
        if isSilentTooLong { silentTooLong += 1 }
      }
    }
    report.silentTooLong = silentTooLong
    return report
  }

  /// Renews the connections, and reads the table again until nothing is left to do.
  ///
  /// - Parameters:
  ///   - client: IPVS in the network namespace.
  ///   - isInterrupted: Asked again and again; `true` ends the renewal early.
  /// - Returns: The result.
  /// - Throws: ``IPVSError``. The daemon is stopped then, unless the error is about stopping it.
  public func run(
    over client: borrowing Client, until isInterrupted: () -> Bool = { false }
  ) throws(IPVSError) -> RenewalReport {
    let longest = rule.isSinceLastPacket && rule.previous == nil ? try longestTimers(in: client.namespace) : nil
    let address = try client.start(daemon)
    let result: Result<RenewalReport, IPVSError> = Result { () throws(IPVSError) in
      try renew(over: client, at: address, longest, until: isInterrupted)
    }
    try client.stop(daemon)
    return try result.get()
  }

  private func renew(
    over client: borrowing Client, at address: RenewalDaemon.Address, _ longest: LongestTimers?,
    until isInterrupted: () -> Bool
  ) throws(IPVSError) -> RenewalReport {
    let timeouts = try client.timeouts()
    var work = RenewalWork(rule, under: timeouts, longest)
    var socket = try RenewalSocket(to: address, in: client.namespace)
    var message = SyncMessage(syncID: daemon.syncID)
    // In one round all is sent, in the next one it is seen. More are needed where connections were not idle.
    for _ in 0..<5 {
      let begin = ContinuousClock.now
      work.beginRound()
      var table = try ConnectionTable(in: client.namespace)
      while let connection = try table.next() {
        if let (entry, seconds) = work.consider(connection) { message.append(entry, seconds: seconds) }
        // The kernel must get an entry before it can have changed, so none waits for the next read.
        guard message.isFull || table.isDrained else { continue }
        try socket.send(&message)
        guard !isInterrupted() else {
          return work.interrupted
        }
      }
      try socket.send(&message)
      try socket.waitUntilRead()
      if work.isComplete { break }
      guard !work.isDeaf else { throw IPVSError(.messagesLost, .renewConnections, in: client.namespace) }
      if work.hasActive, !pause(until: begin + .seconds(2), unless: isInterrupted) {
        return work.interrupted
      }
    }
    guard try client.timeouts() == timeouts else {
      throw IPVSError(.timeoutsChanged, .renewConnections, in: client.namespace)
    }
    return work.result
  }

  /// The longest timers of all connections, from a reading of the table.
  private func longestTimers(in namespace: NetworkNamespace) throws(IPVSError) -> LongestTimers {
    var longest = LongestTimers()
    var table = try ConnectionTable(in: namespace)
    while let connection = try table.next() { longest.add(connection) }
    return longest
  }

  /// Waits; returns `false` if it was interrupted.
  private func pause(until end: ContinuousClock.Instant, unless isInterrupted: () -> Bool) -> Bool {
    while ContinuousClock.now < end {
      if isInterrupted() { return false }
      usleep(20_000)
    }
    return true
  }
}

/// The work of a renewal: several rounds, each of which reads the table.
private struct RenewalWork {
  private let rule: RenewalRule
  private let decider: RenewalDecider
  private let begin = ContinuousClock.now
  /// The connections of this director that were sent to the daemon.
  private var sentLocal = ConnectionSketch()
  /// The connections that another director created, and that were sent to the daemon.
  private var sentSynced = ConnectionSketch()
  /// All connections that another director created.
  private var synced = ConnectionSketch()
  /// Some of the connections that were sent first, as they were then.
  private var probes: [Probe] = []
  /// How many connections were sent, each once.
  private var sent = 0
  private var silentTooLong = 0
  private var recreated = 0
  private var rounds = 0
  /// How many connections this round has sent, how many again, and how many it has left out because they were not idle.
  private var (sentInRound, sentAgain, active) = (0, 0, 0)
  private(set) var report = RenewalReport()

  init(_ rule: RenewalRule, under timeouts: Timeouts, _ longest: LongestTimers?) {
    self.rule = rule
    var decider = RenewalDecider(rule, under: timeouts, ftpPorts: FTPPorts.current)
    if let longest { decider.longest = longest }
    self.decider = decider
  }

  /// Whether a round has found nothing to do.
  var isComplete: Bool { sentInRound == 0 && active == 0 }
  /// Whether connections were left out because they were not idle.
  var hasActive: Bool { active > 0 }
  /// Whether the first messages have had no effect, so the daemon cannot have received them.
  var isDeaf: Bool {
    !probes.isEmpty && probes.contains { $0.isUnchanged == true } && !probes.contains { $0.isUnchanged == false }
  }

  mutating func beginRound() {
    rounds += 1
    (sentInRound, sentAgain, active) = (0, 0, 0)
    report = RenewalReport()
  }

  /// Counts a connection; returns it with its new timer if it needs one.
  mutating func consider(_ connection: Connection) -> (SyncMessage.Entry, seconds: UInt32)? {
    if rounds > 1 {
      if let entry = recreatedEntry(connection) { return (entry, 1) }
    } else if connection.origin == .sync {
      synced.insert(connection)
    }
    guard rule.filter.passes(connection) else { return nil }
    report.count += 1
    let wasSent = rounds > 1 && (sentLocal.contains(connection) || sentSynced.contains(connection))
    if wasSent { for position in probes.indices { probes[position].compare(connection) } }
    switch decider.decision(on: connection) {
    case .none:
      if wasSent { report.renewed += 1 }
    case .wait where wasSent:
      report.renewed += 1
    case .wait:
      report.outdated += 1
      active += 1
    case .renew(_, _, _) where wasSent && isDone(connection):
      report.renewed += 1
    case .keep(let reason):
      report.kept[reason, default: 0] += 1
    case .renew(let entry, let seconds, let isSilentTooLong):
      send(entry, seconds, isSilentTooLong, isFirst: !wasSent)
      return (entry, seconds)
    }
    return nil
  }

  /// The report after the last round.
  var result: RenewalReport {
    var result = report
    if rule.previous != nil || decider.longest != LongestTimers() { result.silentTooLong = silentTooLong }
    result.recreated = recreated
    result.gone = max(0, sent - report.renewed - sentAgain - recreated)
    return result
  }

  /// The report of a renewal that was ended early.
  var interrupted: RenewalReport {
    var report = result
    report.isInterrupted = true
    return report
  }

  private mutating func send(_ entry: SyncMessage.Entry, _ seconds: UInt32, _ isSilentTooLong: Bool, isFirst: Bool) {
    report.outdated += 1
    sentInRound += 1
    guard isFirst else {
      sentAgain += 1
      return
    }
    if entry.connection.origin == .sync {
      sentSynced.insert(entry.connection)
    } else {
      sentLocal.insert(entry.connection)
    }
    sent += 1
    if isSilentTooLong { silentTooLong += 1 }
    guard rounds == 1, probes.count < 4 else { return }
    let left = Int(entry.connection.secondsLeft)
    // A timer that moves by a few seconds shows nothing.
    if abs(Int(seconds > 0 ? seconds : decider.limit(for: entry.connection) ?? 0) - left) > 4 {
      probes.append(Probe(entry.connection))
    }
  }

  /// The entry of a connection that had ended, and that the kernel created again from a message; `nil` for others.
  ///
  /// Its origin shows that. Later rounds treat it as the connection of another director.
  private mutating func recreatedEntry(_ connection: Connection) -> SyncMessage.Entry? {
    guard connection.origin == .sync, sentLocal.contains(connection), !synced.contains(connection) else { return nil }
    synced.insert(connection)
    recreated += 1
    sentInRound += 1
    return SyncMessage.Entry(connection)
  }

  /// Whether a connection that was sent needs nothing more, although its timer does not look new.
  ///
  /// Its new timer has gone on since then. With the rest of its timeout it looks like a connection on the old timer.
  private func isDone(_ connection: Connection) -> Bool {
    let limit = decider.limit(for: connection) ?? .max
    let left = connection.secondsLeft
    guard left <= limit else { return false }
    return rule.isSinceLastPacket ? !isDeaf : left + begin.elapsedSeconds + 2 >= limit
  }

  /// A connection that was sent, to see whether messages arrive.
  private struct Probe {
    private let connection: Connection
    /// Whether its timer is as before; `nil` if it was not seen again.
    private(set) var isUnchanged: Bool?
    private let begin = ContinuousClock.now

    init(_ connection: Connection) { self.connection = connection }

    mutating func compare(_ other: Connection) {
      guard other.client == connection.client, other.service == connection.service,
        other.transport == connection.transport
      else { return }
      // An untouched timer has gone on, give or take a second.
      isUnchanged =
        other.secondsLeft <= connection.secondsLeft
        && other.secondsLeft + begin.elapsedSeconds + 2 >= connection.secondsLeft
    }
  }
}

extension ContinuousClock.Instant {
  /// The number of whole seconds from this instant until now.
  fileprivate var elapsedSeconds: UInt32 { UInt32(clamping: duration(to: .now).components.seconds) }
}

/// The ports of FTP's control connections.
private enum FTPPorts {
  /// The ports that the module ip_vs_ftp follows; empty if it is not loaded.
  ///
  /// Where the modules are not visible, port 21 counts.
  static var current: Set<UInt16> {
    do throws(Errno) {
      let text = try FileReader.kernelText(of: "/sys/module/ip_vs_ftp/parameters/ports")
      return Set(text.split { $0 == "," || $0.isNewline }.compactMap { UInt16($0) })
    } catch {
      return access("/sys/module", F_OK) == 0 && error == .noSuchFileOrDirectory ? [] : [21]
    }
  }
}

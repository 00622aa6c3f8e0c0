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
    var decider = RenewalDecider(rule, under: timeouts, ftpPorts: FTPPorts.current)
    if let longest { decider.longest = longest }
    var work = RenewalWork(rule, by: decider)
    var socket = try RenewalSocket(to: address, in: client.namespace)
    var message = SyncMessage(syncID: daemon.syncID)
    // In one round all is sent, in the next one it is seen. More are needed where connections were not idle.
    let last = 5
    for round in 1...last {
      let begin = ContinuousClock.now
      work.beginRound()
      var table = try ConnectionTable(in: client.namespace)
      var first = begin
      while let connection = try table.next() {
        if let (entry, seconds) = work.consider(connection) {
          if message.isEmpty { first = .now }
          message.append(entry, seconds: seconds)
        }
        // The kernel must get an entry before it can have changed, so none waits for more than half a millisecond.
        guard message.isFull || table.isDrained && first.duration(to: .now) > .microseconds(300) else { continue }
        try socket.send(&message)
        guard !isInterrupted() else { return work.interrupted }
      }
      work.endRound()
      try socket.send(&message)
      try socket.waitUntilRead()
      if work.isComplete { break }
      guard !work.isDeaf else { throw IPVSError(.messagesLost, .renewConnections, in: client.namespace) }
      guard work.hasActive, round < last else { continue }
      guard pause(until: begin + .seconds(2), unless: isInterrupted) else { return work.interrupted }
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

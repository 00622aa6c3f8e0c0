// SPDX-License-Identifier: Apache-2.0

/// The source of a connection's timer, which the kernel sets with each packet.
public enum TimerSource: Sendable, Hashable {
  /// One of the three timeouts.
  case timeout(Timeouts.Name)
  /// A fixed number of seconds in the kernel.
  case fixed(seconds: UInt32)
  /// A table in the kernel that nothing can change: that of SCTP.
  case kernel
  /// The persistence of the virtual service (`ipvsadm -p`).
  case service
  /// Another source, which is not known here.
  case unknown
}

extension TimerSource {
  /// The source for a kind of connection, from the kernel's table `tcp_timeouts` in `ip_vs_proto_tcp.c`.
  public init(for kind: ConnectionKind) {
    self =
      switch (kind.isTemplate, kind.transport.code, kind.state.code) {
      case (true, _, _): .service
      case (_, .tcp, .established): .timeout(.tcp)
      case (_, .tcp, .finWait): .timeout(.tcpFin)
      case (_, .udp, .udp): .timeout(.udp)
      case (_, .tcp, .timeWait), (_, .tcp, .synSent), (_, .tcp, .synAck), (_, .tcp, .listen): .fixed(seconds: 120)
      case (_, .tcp, .closeWait), (_, .tcp, .synReceived): .fixed(seconds: 60)
      case (_, .tcp, .lastAck): .fixed(seconds: 30)
      case (_, .tcp, .close): .fixed(seconds: 10)
      case (_, .tcp, .stateless): .fixed(seconds: 2)
      case (_, .sctp, _): .kernel
      default: .unknown
      }
  }
}

/// The rule that decides which connections are outdated: those on the old timer, which was set when the timeout was
/// longer.
///
/// The kernel sets the timer of a connection with each packet, so a new timeout reaches it with its next packet. An
/// idle connection keeps its old timer.
///
/// ```swift
/// let rule = OutdatedRule(try Client().timeouts())
/// var table = try ConnectionTable()
/// while let connection = try table.next() {
///   if rule.isOutdated(connection) { print(connection) }
/// }
/// ```
public struct OutdatedRule: Sendable, Hashable {
  /// The timeouts of the network namespace.
  public let timeouts: Timeouts
  /// Whether a backup sync daemon runs here, which receives connections from another director.
  public let hasBackupDaemon: Bool

  /// Creates the rule for the timeouts that are in force.
  ///
  /// - Parameters:
  ///   - timeouts: The timeouts of the network namespace.
  ///   - hasBackupDaemon: Whether a backup sync daemon runs here, see ``ConnectionTable/hasBackupDaemon``. Pass `true`
  ///     if that is not known.
  public init(_ timeouts: Timeouts, hasBackupDaemon: Bool = false) {
    self.timeouts = timeouts
    self.hasBackupDaemon = hasBackupDaemon
  }

  /// The timeout that sets the timers of a kind of connections; `nil` if none does, or the kernel lacks it.
  public func limit(for kind: ConnectionKind) -> Timeout? {
    guard case .timeout(let name) = TimerSource(for: kind) else { return nil }
    return timeouts[name]
  }

  /// Whether a connection is outdated: its timer is longer than its timeout, and only a timeout can have set it.
  public func isOutdated(_ connection: Connection) -> Bool {
    isOutdated(connection, limit: limit(for: ConnectionKind(connection)))
  }

  /// Whether a connection is outdated, for a caller that already has the limit of its kind.
  package func isOutdated(_ connection: Connection, limit: Timeout?) -> Bool {
    // The kernel rounds down: a timer that has just been set shows the timeout itself, or one second less.
    guard let limit, connection.secondsLeft > limit.seconds else { return false }
    return !hasSyncedTimer(connection) && !mayControlOthers(connection)
  }

  /// Whether the timer came from another director, which sends it again and again.
  public func hasSyncedTimer(_ connection: Connection) -> Bool { hasBackupDaemon && connection.origin == .sync }

  /// Whether the timer may be the one that the kernel sets when a connection's time is over while others depend on it.
  ///
  /// This timer is 60 s, independent of the timeouts. Besides templates, FTP control connections have dependent
  /// connections.
  private func mayControlOthers(_ connection: Connection) -> Bool {
    connection.secondsLeft <= 60 && connection.service.port == 21 && connection.transport == .tcp
  }
}

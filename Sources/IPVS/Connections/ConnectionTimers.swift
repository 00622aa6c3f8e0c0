// SPDX-License-Identifier: Apache-2.0

/// What decides how long the timer of a connection is, when a packet of it passes.
public enum TimerSource: Sendable, Hashable {
  /// One of the three timeouts.
  case timeout(Timeouts.Name)
  /// The kernel, at so many seconds.
  case fixed(seconds: UInt32)
  /// The kernel, by a table that nothing can set: SCTP's.
  case kernel
  /// The virtual service: how long it is persistent.
  case service
  /// Something that is not known here.
  case unknown
}

extension TimerSource {
  /// The rule for a kind of connection; the kernel's own are those of `tcp_timeouts` in `ip_vs_proto_tcp.c`.
  public init(for kind: ConnectionKind) {
    self =
      switch (kind.isTemplate, kind.transport, kind.state) {
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

/// Which connections are outdated: those whose timer was set when the timeout that rules them was longer.
///
/// `docs/connections.md` gives the reasons.
public struct OutdatedRule: Sendable, Hashable {
  /// The timeouts of the network namespace.
  public let timeouts: Timeouts
  /// Whether a sync daemon here takes connections over from another director.
  public let hasBackupDaemon: Bool

  /// The rule where these timeouts are in force.
  public init(_ timeouts: Timeouts, hasBackupDaemon: Bool = false) {
    self.timeouts = timeouts
    self.hasBackupDaemon = hasBackupDaemon
  }

  /// What a connection is allowed; `nil` where none of the three timeouts rules it, or the kernel lacks that one.
  public func allowed(_ kind: ConnectionKind) -> Timeout? {
    guard case .timeout(let name) = TimerSource(for: kind) else { return nil }
    return timeouts[name]
  }

  /// Whether a connection is outdated.
  ///
  /// - Parameters:
  ///   - connection: The connection.
  ///   - allowed: What its kind is allowed.
  /// - Returns: Whether its timer is longer than that, and was not set by something else than the timeout.
  public func isOutdated(_ connection: Connection, allowed: Timeout?) -> Bool {
    // The kernel rounds down: a timer that has just been set shows the timeout itself, or a second less.
    guard let allowed, connection.secondsLeft > allowed.seconds else { return false }
    return !hasSyncedTimer(connection) && !mayControlOthers(connection)
  }

  /// Whether the timer is the one that another director has told of, and tells of again.
  public func hasSyncedTimer(_ connection: Connection) -> Bool { hasBackupDaemon && connection.origin == .sync }

  /// Whether the timer may be the one that the kernel sets when a connection's time is up while others depend on it.
  ///
  /// That is 60 s, whatever the timeouts are. Templates aside, the control connections of FTP have others.
  private func mayControlOthers(_ connection: Connection) -> Bool {
    connection.secondsLeft <= 60 && connection.service.port == 21 && connection.transport == .tcp
  }
}

// SPDX-License-Identifier: Apache-2.0

public import IPVS

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
    guard case .timeout(let name) = TimerRule(for: kind) else { return nil }
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
    return !hasForeignTimer(connection) && !mayControlOthers(connection)
  }

  /// Whether the timer is the one that another director has told of, and tells of again.
  public func hasForeignTimer(_ connection: Connection) -> Bool { hasBackupDaemon && connection.origin == .sync }

  /// Whether the timer may be the one that the kernel sets when a connection's time is up while others depend on it.
  ///
  /// That is 60 s, whatever the timeouts are. Templates aside, the control connections of FTP have others.
  private func mayControlOthers(_ connection: Connection) -> Bool {
    connection.secondsLeft <= 60 && connection.service.port == 21 && connection.transport == .tcp
  }
}

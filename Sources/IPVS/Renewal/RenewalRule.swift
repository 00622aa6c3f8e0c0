// SPDX-License-Identifier: Apache-2.0

/// The connections that a renewal gives a new timer, and the timer.
public struct RenewalRule: Sendable, Hashable {
  /// The connections to consider.
  public var filter = ConnectionFilter()
  /// Whether to renew connections with a shorter timer than today's timeout, too.
  ///
  /// Use this after a timeout was raised: it saves connections that would end at the old timeout. Without
  /// ``previous``, it gives every idle connection the whole timeout again.
  public var includesShorter = false
  /// The timeouts before the change, if they are known.
  public var previous: Timeouts?
  /// Whether the time since the last packet counts.
  ///
  /// If it does, a connection gets the rest of its timeout, at least 1 s. If not, it gets the whole timeout.
  /// Without ``previous``, the longest timer in the same state is used as the old timeout.
  public var isSinceLastPacket = false

  /// Creates a rule for all outdated connections.
  public init() {}
}

/// A rule for one moment: under these timeouts.
struct RenewalDecider {
  /// The decision about a connection.
  enum Decision {
    /// Its timer needs no renewal.
    case none
    /// It gets a timer of this many seconds; 0 for the timeout of its state.
    case renew(SyncMessage.Entry, seconds: UInt32, isSilentTooLong: Bool)
    /// Its last packet is less than two seconds old: perhaps the next one renews it.
    case wait
    /// It keeps its timer.
    case keep(RenewalReport.Reason)
  }

  private let rule: RenewalRule
  private let timeouts: Timeouts
  /// The ports of FTP's control connections.
  private let ftpPorts: Set<UInt16>
  /// The longest timer in each state, in seconds.
  var longest = LongestTimers()

  init(_ rule: RenewalRule, under timeouts: Timeouts, ftpPorts: Set<UInt16>) {
    self.rule = rule
    self.timeouts = timeouts
    self.ftpPorts = ftpPorts
  }

  /// Decides about a connection.
  func decision(on connection: Connection) -> Decision {
    let kind = ConnectionKind(connection)
    guard case .timeout(let name) = TimerSource(for: kind) else {
      return .keep(kind.isTemplate ? .template : .fixedState)
    }
    guard let limit = timeouts[name]?.seconds else { return .keep(.fixedState) }
    let left = connection.secondsLeft
    guard left > limit || isOnShorterTimer(left, name, limit) else { return .none }
    if connection.transport == .tcp, ftpPorts.contains(connection.service.port) { return .keep(.ftpControl) }
    guard let entry = SyncMessage.Entry(connection) else { return .keep(.mixedAddressFamilies) }
    // Its timer could end before the message arrives, and the kernel would create the entry again.
    guard left >= 2 else { return .keep(.aboutToEnd) }
    let silent = silence(left, name)
    if let known = silent.known, known < 2 { return .wait }
    return .renew(
      entry, seconds: rule.isSinceLastPacket ? max(1, limit > silent.best ? limit - silent.best : 1) : 0,
      isSilentTooLong: silent.best >= limit)
  }

  /// The timeout of a connection's state, in seconds; `nil` if it has none.
  func limit(for connection: Connection) -> UInt32? {
    guard case .timeout(let name) = TimerSource(for: ConnectionKind(connection)) else { return nil }
    return timeouts[name]?.seconds
  }

  /// Whether a timer that is not longer than its timeout was set by a shorter one.
  private func isOnShorterTimer(_ left: UInt32, _ name: Timeouts.Name, _ limit: UInt32) -> Bool {
    guard rule.includesShorter else { return false }
    // The kernel rounds down, and a packet may have set the timer within the last second.
    guard let previous = rule.previous?[name]?.seconds else { return left + 2 < limit }
    return previous < limit && left <= previous
  }

  /// How long a connection has had no packet, in seconds: if that is known, and at best.
  private func silence(_ left: UInt32, _ name: Timeouts.Name) -> (known: UInt32?, best: UInt32) {
    // A longer timer than the previous timeout is older than that timeout.
    if let previous = rule.previous?[name]?.seconds, left <= previous { return (previous - left, previous - left) }
    return (nil, max(longest[name], left) - left)
  }
}

/// The longest timer in the state of each timeout, in seconds.
struct LongestTimers: Sendable, Hashable {
  private var tcp: UInt32 = 0
  private var tcpFin: UInt32 = 0
  private var udp: UInt32 = 0

  subscript(name: Timeouts.Name) -> UInt32 {
    switch name {
    case .tcp: tcp
    case .tcpFin: tcpFin
    case .udp: udp
    }
  }

  /// Notes the timer of a connection.
  mutating func add(_ connection: Connection) {
    guard case .timeout(let name) = TimerSource(for: ConnectionKind(connection)) else { return }
    let left = connection.secondsLeft
    switch name {
    case .tcp: tcp = max(tcp, left)
    case .tcpFin: tcpFin = max(tcpFin, left)
    case .udp: udp = max(udp, left)
    }
  }
}

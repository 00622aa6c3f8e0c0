// SPDX-License-Identifier: Apache-2.0

/// The connections of one network namespace, counted by kind.
///
/// Its memory does not grow with their number.
public struct ConnectionSummary: Sendable {
  /// The rule that decides which connections are outdated.
  public let rule: OutdatedRule
  /// The grid on which the kernel ends the timers.
  public let wheel: TimerWheel
  /// For each numbered kind, the position of its tally; -1 if it has none yet.
  private var positions = [Int](repeating: -1, count: ConnectionKind.numbered)
  private var others: [ConnectionKind: Int] = [:]
  private var found: [ConnectionTally] = []

  /// Creates an empty summary.
  ///
  /// - Parameters:
  ///   - rule: The rule that decides which connections are outdated.
  ///   - wheel: The grid on which the kernel of the connections ends its timers.
  public init(by rule: OutdatedRule, on wheel: TimerWheel = .current) {
    self.rule = rule
    self.wheel = wheel
  }

  /// Adds a connection.
  public mutating func add(_ connection: Connection) {
    let position = position(of: ConnectionKind(connection))
    found[position].add(connection, by: rule)
  }

  private mutating func position(of kind: ConnectionKind) -> Int {
    if let number = kind.number {
      if positions[number] < 0 { positions[number] = begin(kind) }
      return positions[number]
    }
    if let known = others[kind] { return known }
    let new = begin(kind)
    others[kind] = new
    return new
  }

  private mutating func begin(_ kind: ConnectionKind) -> Int {
    found.append(ConnectionTally(kind, by: rule, on: wheel))
    return found.count - 1
  }
}

extension ConnectionSummary {
  /// The tallies, one for each kind of connection: TCP first, templates and unknown kinds last.
  public var tallies: [ConnectionTally] {
    found.sorted { first, second in
      let numbers = (first.kind.number ?? .max, second.kind.number ?? .max)
      if numbers.0 != numbers.1 { return numbers.0 < numbers.1 }
      return (first.kind.transport.rawValue, first.kind.state.rawValue) < (
        second.kind.transport.rawValue, second.kind.state.rawValue
      )
    }
  }

  /// The number of connections, including templates.
  public var count: Int { found.reduce(0) { $0 + $1.count } }

  /// The number of outdated connections.
  public var outdated: Int { found.reduce(0) { $0 + $1.outdated } }

  /// The number of seconds before which the last outdated connection does not end without a packet; 0 if there is none.
  ///
  /// Packets can end it sooner or renew its timer with today's timeout.
  public var lastEnd: UInt32 { found.map(\.lastEnd).max() ?? 0 }

  /// The number of seconds after which the last outdated connection has ended without a packet; 0 if there is none.
  ///
  /// The kernel's timers are late. The number holds if the old timeout was at most the kernel's default, or at most
  /// ``lastEnd``.
  public var latestEnd: UInt32 { found.map(\.latestEnd).max() ?? 0 }

  /// The number of seconds for which there can still be outdated connections if no packet passes; 0 if there are none.
  public var outdatedFor: UInt32 { found.map(\.outdatedFor).max() ?? 0 }
}

extension ConnectionSummary {
  /// Reads the connections of a network namespace, as the kernel lists them now.
  ///
  /// If the timeouts change at the same time, connections could seem outdated, so then it reads again.
  ///
  /// - Parameters:
  ///   - namespace: The network namespace.
  ///   - filter: Which connections to count.
  ///   - timeouts: Reads the timeouts of the namespace.
  ///   - failure: Makes the error to throw from an error of the table.
  /// - Throws: The error that `timeouts` throws, or that `failure` makes of an ``IPVSError``.
  package init<Failure>(
    in namespace: NetworkNamespace, _ filter: ConnectionFilter,
    timeouts: () throws(Failure) -> Timeouts, failure: (IPVSError) -> Failure
  ) throws(Failure) {
    var current = try timeouts()
    self.init(by: OutdatedRule(current))
    for _ in 0..<3 {
      do throws(IPVSError) {
        var table = try ConnectionTable(in: namespace)
        self = ConnectionSummary(by: OutdatedRule(current, hasBackupDaemon: table.hasBackupDaemon ?? true))
        while let connection = try table.next() {
          if filter.passes(connection) { add(connection) }
        }
      } catch {
        throw failure(error)
      }
      let now = try timeouts()
      guard now != current else { return }
      current = now
    }
  }
}

/// The connections of one kind: their number, and the time that they have left.
public struct ConnectionTally: Sendable {
  /// The kind.
  public let kind: ConnectionKind
  /// The source of their timer.
  public let rule: TimerSource
  /// The timeout that sets their timer; `nil` if none does, or the kernel lacks it.
  public let limit: Timeout?
  /// The number of connections.
  public private(set) var count = 0
  /// The shortest time left, in seconds; `UInt32.max` if there is no connection.
  public private(set) var shortest = UInt32.max
  /// The longest time left, in seconds.
  public private(set) var longest: UInt32 = 0
  /// The number of outdated connections.
  public private(set) var outdated = 0
  /// The longest time left of an outdated connection, in seconds; 0 if there is none.
  private var longestOutdated: UInt32 = 0
  /// The number of connections whose timer is longer than the timeout because another director sent it.
  public private(set) var synced = 0
  private let wheel: TimerWheel
  private var histogram = TimeHistogram()

  init(_ kind: ConnectionKind, by rule: OutdatedRule, on wheel: TimerWheel) {
    self.kind = kind
    self.wheel = wheel
    self.rule = TimerSource(for: kind)
    limit = rule.limit(for: kind)
  }

  mutating func add(_ connection: Connection, by rule: OutdatedRule) {
    let seconds = connection.secondsLeft
    count += 1
    shortest = min(shortest, seconds)
    longest = max(longest, seconds)
    histogram.add(seconds)
    guard let limit, seconds > limit.seconds else { return }
    if rule.isOutdated(connection, limit: limit) {
      outdated += 1
      longestOutdated = max(longestOutdated, seconds)
    } else if rule.hasSyncedTimer(connection) {
      synced += 1
    }
  }
}

extension ConnectionTally {
  /// The time left that a share of the connections does not exceed, in seconds.
  ///
  /// It is exact below 256 s, and within 1/256 above.
  ///
  /// - Parameter percent: The share, from 1 to 100.
  /// - Returns: The time in seconds.
  public func secondsLeft(percent: Int) -> UInt32 {
    let rank = max(1, (count * percent + 99) / 100)
    return min(max(histogram.time(atRank: rank), shortest), longest)
  }

  /// The times left, each with its number of connections.
  ///
  /// Above 255 s, times within 1/256 are counted together.
  public var times: [(seconds: UInt32, count: Int)] { histogram.times }

  /// The number of seconds before which the last outdated connection does not end without a packet; 0 if there is none.
  ///
  /// Packets can end it sooner or renew its timer with today's timeout. The number holds if the old timeout was at most
  /// ``TimerWheel/longestTimer``, or at most the time left.
  public var lastEnd: UInt32 { wheel.earliestEnd(after: longestOutdated) }

  /// The number of seconds after which the last outdated connection has ended without a packet; 0 if there is none.
  ///
  /// The kernel's timers are late. The number holds if the old timeout was at most the kernel's default, or at most
  /// the time left.
  public var latestEnd: UInt32 {
    guard longestOutdated > 0, case .timeout(let name) = rule else { return 0 }
    return wheel.latestEnd(after: longestOutdated, name)
  }

  /// The number of seconds for which there can still be outdated connections if no packet passes; 0 if there are none.
  public var outdatedFor: UInt32 {
    guard let limit, longestOutdated > limit.seconds else { return 0 }
    return min(longestOutdated - limit.seconds, latestEnd)
  }
}

/// The connections to count.
///
/// A property that is `nil` or empty accepts every connection.
public struct ConnectionFilter: Sendable, Hashable {
  /// Their states; empty accepts all.
  public var states: Set<Connection.State> = []
  /// Their virtual service.
  public var service: Endpoint?
  /// The address of their real server.
  public var server: InternetAddress?
  /// The port of their real server.
  public var serverPort: UInt16?
  /// The address of their client.
  public var client: InternetAddress?

  /// Creates a filter that accepts every connection.
  public init() {}

  /// Whether the filter accepts a connection.
  public func passes(_ connection: Connection) -> Bool {
    (states.isEmpty || states.contains(connection.state))
      && (service == nil || service == connection.service)
      && (server == nil || server == connection.server.address)
      && (serverPort == nil || serverPort == connection.server.port)
      && (client == nil || client == connection.client.address)
  }
}

// SPDX-License-Identifier: Apache-2.0

/// The connections of one network namespace, counted by kind, in memory that does not grow with their number.
public struct ConnectionSummary: Sendable {
  /// The rule by which connections are outdated.
  public let rule: OutdatedRule
  /// For each numbered kind, which of the tallies is its own; -1 where none is yet.
  private var positions = [Int](repeating: -1, count: ConnectionKind.numbered)
  private var others: [ConnectionKind: Int] = [:]
  private var found: [ConnectionTally] = []

  /// Creates an empty summary.
  public init(by rule: OutdatedRule) {
    self.rule = rule
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
    found.append(ConnectionTally(kind, by: rule))
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

  /// How many connections there are, templates included.
  public var count: Int { found.reduce(0) { $0 + $1.count } }

  /// The number of outdated connections.
  public var outdated: Int { found.reduce(0) { $0 + $1.outdated } }

  /// After how many seconds the last outdated one ends; 0 where none is.
  public var lastEnd: UInt32 { found.map(\.lastEnd).max() ?? 0 }

  /// For how many seconds more there can be an outdated connection, without packets; 0 where there is none.
  public var outdatedFor: UInt32 { found.map(\.outdatedFor).max() ?? 0 }
}

extension ConnectionSummary {
  /// Reads the connections of a network namespace, as the kernel lists them now.
  ///
  /// A change of the timeouts meanwhile would make a connection seem outdated that is not, so then it reads again.
  ///
  /// - Parameters:
  ///   - namespace: The network namespace.
  ///   - filter: Which connections count.
  ///   - timeouts: Reads the timeouts of the namespace.
  ///   - failure: What it throws for an error of the table's.
  /// - Throws: What `timeouts` throws, or what `failure` makes of an ``IPVSError``.
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

/// The connections of one kind: how many there are, and how much time they have left.
public struct ConnectionTally: Sendable {
  /// The kind.
  public let kind: ConnectionKind
  /// What decides how long their timer is.
  public let rule: TimerSource
  /// The timeout that sets their timer; `nil` where none does, or the kernel lacks it.
  public let limit: Timeout?
  /// How many there are.
  public private(set) var count = 0
  /// The shortest time left, in seconds; `UInt32.max` while there is no connection.
  public private(set) var shortest = UInt32.max
  /// The longest time left, in seconds.
  public private(set) var longest: UInt32 = 0
  /// The number of outdated connections.
  public private(set) var outdated = 0
  /// After how many seconds the last outdated one ends; 0 where none is.
  public private(set) var lastEnd: UInt32 = 0
  /// The number of connections with a longer timer that came from another director.
  public private(set) var synced = 0
  private var histogram = TimeHistogram()

  init(_ kind: ConnectionKind, by rule: OutdatedRule) {
    self.kind = kind
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
      lastEnd = max(lastEnd, seconds)
    } else if rule.hasSyncedTimer(connection) {
      synced += 1
    }
  }
}

extension ConnectionTally {
  /// The seconds left that a share of the connections does not exceed: exact below 256 s, and to 1 in 256 above.
  ///
  /// - Parameter percent: The share, from 1 to 100.
  /// - Returns: The time.
  public func secondsLeft(percent: Int) -> UInt32 {
    let rank = max(1, (count * percent + 99) / 100)
    return min(max(histogram.time(atRank: rank), shortest), longest)
  }

  /// The times left, each with its number of connections; above 255 s, times within 1 in 256 are counted together.
  public var times: [(seconds: UInt32, count: Int)] { histogram.times }

  /// For how many seconds more there can be an outdated connection, without packets; 0 where there is none.
  public var outdatedFor: UInt32 {
    guard let limit, lastEnd > limit.seconds else { return 0 }
    return lastEnd - limit.seconds
  }
}

/// Which connections count; a property that is `nil` or empty accepts every connection.
public struct ConnectionFilter: Sendable, Hashable {
  /// Their states; empty for all.
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

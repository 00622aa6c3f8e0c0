// SPDX-License-Identifier: Apache-2.0

public import IPVS

/// What there is to say about the connections of one network namespace, in memory that does not grow with their number.
public struct ConnectionSummary: Sendable {
  /// By what connections are outdated.
  public let rule: OutdatedRule
  /// For each numbered kind, which of the tallies is its own; -1 where none is yet.
  private var positions = [Int](repeating: -1, count: ConnectionKind.numbered)
  private var others: [ConnectionKind: Int] = [:]
  private var found: [ConnectionTally] = []

  /// A summary of nothing.
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
  /// What was found, one tally for each kind: those of TCP first, templates and what is not known last.
  public var tallies: [ConnectionTally] {
    found.sorted { first, second in
      let numbers = (first.kind.number ?? .max, second.kind.number ?? .max)
      if numbers.0 != numbers.1 { return numbers.0 < numbers.1 }
      return (first.kind.transport.name, first.kind.state.name) < (second.kind.transport.name, second.kind.state.name)
    }
  }

  /// How many connections there are, templates included.
  public var count: Int { found.reduce(0) { $0 + $1.count } }

  /// How many are outdated.
  public var outdated: Int { found.reduce(0) { $0 + $1.outdated } }

  /// After how many seconds the last outdated one ends; 0 where none is.
  public var lastEnd: UInt32 { found.map(\.lastEnd).max() ?? 0 }

  /// For how many seconds at the most some will still be outdated; 0 where none is.
  public var outdatedFor: UInt32 { found.map(\.outdatedFor).max() ?? 0 }
}

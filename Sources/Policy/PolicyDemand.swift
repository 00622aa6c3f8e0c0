// SPDX-License-Identifier: Apache-2.0

public import IPVS

/// What the policy wants in one network namespace.
public struct PolicyDemand: Sendable, Hashable {
  /// The timeouts wanted; `nil` where no line names one.
  public private(set) var timeouts = Timeouts()
  private var numbers: [Timeouts.Name: Int] = [:]

  /// Finds what is wanted, value by value, from the last line backwards.
  init(_ lines: [PolicyLine], isHost: Bool, paths: [String]) {
    for line in lines.reversed() {
      // Whether the line has anything to add is cheaper to see than whether it matches.
      let filled = timeouts.filled(from: line.timeouts)
      guard filled != timeouts, line.namespace.matches(isHost: isHost, paths: paths) else { continue }
      for name in Timeouts.Name.allCases where filled[name] != timeouts[name] { numbers[name] = line.number }
      timeouts = filled
    }
  }

  /// The number of the line that decides about a timeout; `nil` where none does.
  public func line(of name: Timeouts.Name) -> Int? { numbers[name] }
}

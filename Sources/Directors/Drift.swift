// SPDX-License-Identifier: Apache-2.0

public import IPVS

/// One timeout that is not as wanted.
public struct Drift: Sendable, Hashable {
  /// Which timeout.
  public let name: Timeouts.Name
  /// What it is; `nil` where the kernel was built without that protocol.
  public let actual: Timeout?
  /// What was wanted.
  public let wanted: Timeout

  /// A drift with its parts.
  public init(_ name: Timeouts.Name, actual: Timeout?, wanted: Timeout) {
    self.name = name
    self.actual = actual
    self.wanted = wanted
  }
}

extension Drift {
  /// What is and what was wanted, for people.
  package var sentence: String {
    "\(name.rawValue) is \(actual.map { "\($0.seconds) s" } ?? "not in this kernel"), wanted \(wanted.seconds) s"
  }
}

extension Timeouts {
  /// Whether these timeouts are as wanted; a timeout that is not named in `wanted` may be anything.
  public func isAsWanted(_ wanted: Timeouts) -> Bool { wanted.filled(from: self) == self }

  /// Where these timeouts are not as wanted; a timeout that is not named in `wanted` may be anything.
  public func drift(from wanted: Timeouts) -> [Drift] {
    Name.allCases.compactMap { name in
      guard let aim = wanted[name], aim != self[name] else { return nil }
      return Drift(name, actual: self[name], wanted: aim)
    }
  }
}

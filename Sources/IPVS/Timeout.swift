// SPDX-License-Identifier: Apache-2.0

/// How long a director remembers a connection in one state, in whole seconds.
public struct Timeout: Sendable, Hashable {
  /// The seconds, never 0.
  public let seconds: UInt32

  /// The longest timeout that can be asked for: 31 days, as in ipvsadm and keepalived.
  public static let longest: Timeout = 2_678_400

  /// A timeout to set; `nil` where it is out of range.
  ///
  /// - Parameter seconds: From 1 to 2 678 400.
  public init?(seconds: Int) {
    guard 1...2_678_400 ~= seconds else { return nil }
    self.seconds = UInt32(seconds)
  }

  /// A timeout that a kernel holds, which may be longer than what can be asked for; `nil` for 0, which no kernel holds.
  package init?(held seconds: UInt32) {
    guard seconds > 0 else { return nil }
    self.seconds = seconds
  }
}

extension Timeout: ExpressibleByIntegerLiteral {
  /// A timeout written in code; a literal outside 1…2 678 400 is a programming error and traps.
  public init(integerLiteral seconds: UInt32) {
    precondition(1...2_678_400 ~= seconds, "a timeout is from 1 to 2678400 seconds")
    self.seconds = seconds
  }
}

extension Timeout: Comparable {
  /// Whether the first timeout is the shorter one.
  public static func < (first: Timeout, second: Timeout) -> Bool {
    first.seconds < second.seconds
  }
}

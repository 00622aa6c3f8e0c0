// SPDX-License-Identifier: Apache-2.0

/// A share of something, for people.
public struct Share: Sendable, Hashable, CustomStringConvertible {
  let part: Int
  let whole: Int

  /// In percent, rounded down; nothing is full.
  public var percent: Int { whole > 0 ? part * 100 / whole : 100 }

  /// In percent, as `2.8 %` and `12 %`.
  public var text: String {
    guard whole > 0, percent < 10 else { return "\(percent) %" }
    return "\(percent).\(part * 1000 / whole % 10) %"
  }

  /// As `812 of 28232 (2.8 %)`.
  public var description: String { "\(part) of \(whole) (\(text))" }
}

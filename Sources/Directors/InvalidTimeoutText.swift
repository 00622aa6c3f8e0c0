// SPDX-License-Identifier: Apache-2.0

internal import Text

/// A text that is no timeout.
public struct InvalidTimeoutText: Error, Sendable, Hashable {
  /// What was written.
  public let text: String

  /// An error about a text.
  public init(text: String) {
    self.text = text
  }
}

extension InvalidTimeoutText: CustomStringConvertible {
  /// The value and the rule.
  public var description: String {
    "\"\(text.printable)\" is not a timeout: write whole seconds (900) or a duration (90s, 15m, 1h30m, 2d)"
      + " from 1 s to 31 days (2678400 s), \"default\", or 0 or - to keep it as it is"
  }
}

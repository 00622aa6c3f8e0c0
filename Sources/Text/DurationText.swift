// SPDX-License-Identifier: Apache-2.0

/// A duration as people write it, for example `14m59s`.
///
/// `TimeoutText` reads it.
package enum DurationText {
  /// The duration of a number of whole seconds; `0s` for 0.
  package static func text(_ seconds: UInt32) -> String {
    let parts = [(seconds / 86_400, "d"), (seconds / 3_600 % 24, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s")]
    let text = parts.filter { $0.0 > 0 }.map { "\($0.0)\($0.1)" }.joined()
    return text.isEmpty ? "0s" : text
  }

  /// A time between two numbers of seconds: `14m59s to 15m41s`.
  package static func range(_ earliest: UInt32, _ latest: UInt32) -> String {
    earliest < latest ? "\(text(earliest)) to \(text(latest))" : text(earliest)
  }
}

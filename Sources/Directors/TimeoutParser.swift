// SPDX-License-Identifier: Apache-2.0

package import IPVS
internal import Text

/// A timeout as people write it: `900`, `90s`, `15m`, `1h30m`, `2d`, `default`, and `0` or `-` to keep it.
package enum TimeoutText {
  /// Reads a timeout.
  ///
  /// - Parameters:
  ///   - text: The text.
  ///   - name: The timeout that it is for. It decides the value of `default`.
  /// - Returns: The timeout; `nil` to keep the current value.
  /// - Throws: ``InvalidTimeoutText``.
  package static func parse(_ text: String, for name: Timeouts.Name) throws(InvalidTimeoutText) -> Timeout? {
    switch text {
    case "-", "0": return nil
    case "default": return Timeouts.kernelDefault[name]
    default:
      guard let seconds = seconds(text), let timeout = Timeout(seconds: seconds) else {
        throw InvalidTimeoutText(text: text)
      }
      return timeout
    }
  }

  /// The seconds of a whole number or a duration; `nil` for any other text, and for a number that does not fit an
  /// integer.
  package static func seconds(_ text: String) -> Int? {
    var total = 0
    var count: Int?
    var unit = Int.max
    for byte in text.utf8 {
      if UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte {
        guard let next = sum(count ?? 0, times: 10, Int(byte - UInt8(ascii: "0"))) else { return nil }
        count = next
      } else {
        // Larger units come first, and each unit at most once.
        guard let number = count, let smaller = seconds(inUnit: byte), smaller < unit else { return nil }
        guard let next = sum(number, times: smaller, total) else { return nil }
        (total, count, unit) = (next, nil, smaller)
      }
    }
    // A number without a unit must be alone.
    if let count { return unit == .max ? count : nil }
    return unit == .max ? nil : total
  }

  /// `value * factor + addend`; `nil` if it does not fit an integer.
  private static func sum(_ value: Int, times factor: Int, _ addend: Int) -> Int? {
    let (product, isTooLarge) = value.multipliedReportingOverflow(by: factor)
    let (sum, isTooMuch) = product.addingReportingOverflow(addend)
    return isTooLarge || isTooMuch ? nil : sum
  }

  private static func seconds(inUnit letter: UInt8) -> Int? {
    switch letter {
    case UInt8(ascii: "d"): 86_400
    case UInt8(ascii: "h"): 3_600
    case UInt8(ascii: "m"): 60
    case UInt8(ascii: "s"): 1
    default: nil
    }
  }
}

/// The error for a text that is not a timeout.
package struct InvalidTimeoutText: Error, Sendable, Hashable {
  /// The text.
  package let text: String

  /// Creates an error about a text.
  package init(text: String) {
    self.text = text
  }
}

extension InvalidTimeoutText: CustomStringConvertible {
  /// The text, the reason if it is certain, and what to write instead.
  package var description: String {
    let failure = "\"\(text.printable)\" is not a timeout"
    if let suggestion = TimeoutText.suggestion(for: text) { return "\(failure); write \(suggestion)" }
    if let seconds = TimeoutText.seconds(text), seconds > Timeout.settableSeconds.upperBound {
      return "\(failure), because it is longer than 31 days; write 31d or less"
    }
    return "\(failure); write whole seconds (900) or a duration (90s, 15m, 1h30m, 2d), from 1 s to 31 days (2678400 s),"
      + " default, or - or 0 to keep it"
  }
}

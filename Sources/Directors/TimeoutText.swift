// SPDX-License-Identifier: Apache-2.0

public import IPVS

/// A timeout as people write it: `900`, `90s`, `15m`, `1h30m`, `2d`, `default`, and `0` or `-` to keep it.
public enum TimeoutText {
  /// Reads a timeout.
  ///
  /// - Parameters:
  ///   - text: What was written.
  ///   - name: The timeout it is for, which decides what `default` is.
  /// - Returns: `nil` where the timeout is to be kept.
  /// - Throws: ``InvalidTimeoutText``.
  public static func parse(_ text: String, for name: Timeouts.Name) throws(InvalidTimeoutText) -> Timeout? {
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

  /// The seconds of a whole number or a duration; `nil` for anything else and for what no integer holds.
  private static func seconds(_ text: String) -> UInt64? {
    var units: [(letter: UInt8, seconds: UInt64)] = [
      (UInt8(ascii: "d"), 86_400), (UInt8(ascii: "h"), 3_600), (UInt8(ascii: "m"), 60), (UInt8(ascii: "s"), 1),
    ]
    var rest = text.utf8[...]
    var total: UInt64 = 0
    while !rest.isEmpty {
      let digits = rest.prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
      guard let count = UInt64(Substring(digits)) else { return nil }
      rest = rest[digits.endIndex...]
      var scale: UInt64 = 1
      if let letter = rest.popFirst() {
        // Larger units first, each once.
        guard let unit = units.firstIndex(where: { $0.letter == letter }) else { return nil }
        scale = units[unit].seconds
        units.removeFirst(unit + 1)
      } else if digits.startIndex != text.utf8.startIndex {
        return nil
      }
      let (product, tooLarge) = count.multipliedReportingOverflow(by: scale)
      let (sum, tooMuch) = total.addingReportingOverflow(product)
      guard !tooLarge, !tooMuch else { return nil }
      total = sum
    }
    return text.isEmpty ? nil : total
  }
}

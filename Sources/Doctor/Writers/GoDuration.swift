// SPDX-License-Identifier: Apache-2.0

/// A duration as programs in Go read it, for example `1h15m30.5s`.
enum GoDuration {
  private static let units: [Substring: UInt64] = [
    "h": 3_600_000_000_000, "m": 60_000_000_000, "s": 1_000_000_000, "ms": 1_000_000, "us": 1000, "\u{B5}s": 1000,
    "\u{3BC}s": 1000, "ns": 1,
  ]

  /// Its whole seconds, which the kernel gets; `nil` where it is none, or too long for Go.
  static func seconds(_ text: String) -> Int? {
    let isNegative = text.hasPrefix("-")
    var rest = text.dropFirst(isNegative || text.hasPrefix("+") ? 1 : 0)
    if rest == "0" { return 0 }
    var total: UInt64 = 0
    repeat {
      let whole = rest.prefix { $0.isDigit }
      rest = rest.dropFirst(whole.count)
      var fraction = Substring()
      if rest.first == "." {
        rest = rest.dropFirst()
        fraction = rest.prefix { $0.isDigit }
        rest = rest.dropFirst(fraction.count)
      }
      let unit = rest.prefix { !$0.isDigit && $0 != "." }
      rest = rest.dropFirst(unit.count)
      guard !whole.isEmpty || !fraction.isEmpty, let factor = units[unit], let number = UInt64("0" + whole) else {
        return nil
      }
      let (product, isTooLong) = number.multipliedReportingOverflow(by: factor)
      let part = Double("0." + fraction + "0").map { UInt64($0 * Double(factor)) } ?? 0
      // Both sums could be longer than a number can be.
      guard !isTooLong, product <= longest - total, part <= longest - total - product else { return nil }
      total += product + part
    } while !rest.isEmpty
    guard isNegative || total < longest else { return nil }
    return (isNegative ? -1 : 1) * Int(total / 1_000_000_000)
  }

  /// The nanoseconds of the longest negative duration.
  private static let longest: UInt64 = 1 << 63
}

extension Character {
  fileprivate var isDigit: Bool { "0"..."9" ~= self }
}

// SPDX-License-Identifier: Apache-2.0

/// A duration as programs in Go read it, for example `1h15m30.5s`.
enum GoDuration {
  private static let units: [Substring: Double] = [
    "h": 3600, "m": 60, "s": 1, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9,
  ]

  /// The whole seconds of it, which is what is handed to the kernel; `nil` where it is none.
  static func seconds(_ text: String) -> Int? {
    guard text != "0" else { return 0 }
    var total = 0.0
    var rest = text[...]
    repeat {
      let number = rest.prefix { $0.isNumber || $0 == "." }
      let unit = rest.dropFirst(number.count).prefix { !$0.isNumber && $0 != "." }
      guard let factor = units[unit], let value = Double(number) else { return nil }
      total += value * factor
      rest = rest.dropFirst(number.count + unit.count)
    } while !rest.isEmpty
    return Int(exactly: total.rounded(.towardZero))
  }
}

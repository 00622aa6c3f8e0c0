// SPDX-License-Identifier: Apache-2.0

internal import IPVS

/// A number as ipvsadm reads it: `strtol` in base 10, to the end of the text.
enum IpvsadmValue {
  /// The value of white space, a sign and digits; `nil` where ipvsadm refuses the text or the number.
  static func number(_ text: String, upTo most: Int) -> Int? {
    var digits = text.utf8.drop { [0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x20].contains($0) }
    let isNegative = digits.first == UInt8(ascii: "-")
    if isNegative || digits.first == UInt8(ascii: "+") { digits.removeFirst() }
    guard !digits.isEmpty, digits.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) else { return nil }
    guard let magnitude = Int(Substring(digits)) else { return nil }
    let value = isNegative ? -magnitude : magnitude
    return 0...most ~= value ? value : nil
  }
}

// SPDX-License-Identifier: Apache-2.0

extension StringProtocol {
  /// The text with every control character written as an escape, fit for a terminal and for one line, and cut off where
  /// it is so long that it would hide the sentence around it.
  package var printable: String {
    let most = 200
    var result = ""
    for (position, scalar) in unicodeScalars.enumerated() {
      guard position < most else { return result + "…" }
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate:
        result += scalar.escaped(asASCII: true)
      default:
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

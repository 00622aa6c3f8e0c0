// SPDX-License-Identifier: Apache-2.0

extension StringProtocol {
  /// The text with every control character written as an escape, fit for a terminal and for one line, and cut off where
  /// it is so long that it would hide the sentence around it.
  package var printable: String {
    let most = 200
    var result = ""
    for (position, scalar) in unicodeScalars.enumerated() {
      guard position < most else { return result + "…" }
      if scalar.isPrintable {
        result.unicodeScalars.append(scalar)
      } else {
        result += scalar.escaped(asASCII: true)
      }
    }
    return result
  }
}

extension Unicode.Scalar {
  /// Whether it can be shown without moving a terminal's cursor or turning the text around it.
  package var isPrintable: Bool {
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: false
    default: true
    }
  }
}

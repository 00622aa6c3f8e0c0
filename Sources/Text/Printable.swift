// SPDX-License-Identifier: Apache-2.0

extension StringProtocol {
  /// The text with every control character written as an escape, fit for a terminal and for one line, and cut off where
  /// it is so long that it would hide the sentence around it.
  package var printable: String {
    let maximumLength = 200
    var result = ""
    for (position, scalar) in unicodeScalars.enumerated() {
      guard position < maximumLength else { return result + "…" }
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

extension StringProtocol {
  /// The text as one word of a shell's command line, for a command that people copy; other people's names may hold what
  /// a shell would obey.
  package var shellWord: String {
    if !isEmpty, utf8.allSatisfy(\.isPlainInShell) { return String(self) }
    guard unicodeScalars.allSatisfy(\.isPrintable) else {
      return "$'" + unicodeScalars.map(\.escapedInShell).joined() + "'"
    }
    return "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
  }
}

extension Unicode.Scalar {
  /// The character as it stands between `$'` and `'`, its bytes as `\\x1b` where it cannot be shown.
  fileprivate var escapedInShell: String {
    if self == "'" || self == "\\" { return "\\\(self)" }
    guard !isPrintable else { return String(self) }
    return String(self).utf8.map { "\\x" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}

extension UInt8 {
  fileprivate var isPlainInShell: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "_-+./:,@%=".utf8.contains(self)
    }
  }
}

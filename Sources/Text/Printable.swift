// SPDX-License-Identifier: Apache-2.0

extension String {
  /// The text for a terminal, on one line: every control character is an escape, and after 200 characters it is cut off
  /// with `…`, so that it does not hide the sentence around it.
  package var printable: String {
    let maximumLength = 200
    if utf8.count <= maximumLength, isPlain { return self }
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

  /// Whether it has only printable ASCII characters.
  private var isPlain: Bool {
    for byte in utf8 where !(0x20..<0x7F ~= byte) { return false }
    return true
  }
}

extension Substring {
  /// The text for a terminal, as `String` has it.
  package var printable: String { String(self).printable }
}

extension Unicode.Scalar {
  /// Whether a terminal can show it without moving the cursor or changing the direction of the text.
  package var isPrintable: Bool {
    // The Unicode tables would be more pages of memory.
    if value < 0x7F { return value >= 0x20 }
    return switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: false
    default: true
    }
  }

  /// Whether people cannot see it: a control character, a mark for the layout, or a blank of any width.
  package var isInvisible: Bool {
    if value < 0x7F { return value <= 0x20 }
    return !isPrintable || properties.isDefaultIgnorableCodePoint || properties.isWhitespace
  }
}

extension StringProtocol {
  /// The text as one word of a shell command, ready to be copied.
  ///
  /// Names can come from other people, so nothing in it is left for the shell to interpret.
  package var shellWord: String {
    if !isEmpty, utf8.allSatisfy(\.isPlainInShell) { return String(self) }
    guard unicodeScalars.allSatisfy(\.isPrintable) else {
      return "$'" + unicodeScalars.map(\.escapedInShell).joined() + "'"
    }
    return "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
  }
}

extension Unicode.Scalar {
  /// The character as it is written between `$'` and `'`.
  ///
  /// The bytes of a character that cannot be shown become `\\x1b`.
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

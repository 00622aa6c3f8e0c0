// SPDX-License-Identifier: Apache-2.0

/// How keepalived reads a line: bytes, of which only ASCII has a meaning.
///
/// This follows lib/parser.c of keepalived 2.2.7, step for step, also where its manual says something else.
extension [UInt8] {
  init(_ text: StaticString) { self = text.withUTF8Buffer { [UInt8]($0) } }

  /// As text, for a sentence.
  var asText: String { String(decoding: self, as: UTF8.self) }

  /// The first place from a position on with one of these bytes.
  func firstIndex(from position: Int, of wanted: StaticString) -> Int? {
    guard position < count else { return nil }
    return wanted.withUTF8Buffer { wanted in self[position...].firstIndex { wanted.contains($0) } }
  }

  /// The first place from a position on without a blank.
  func skippingBlanks(from position: Int) -> Int {
    Swift.min(self[Swift.min(position, count)...].firstIndex { !$0.isBlank } ?? count, count)
  }

  /// The byte at a position; 0 after the end, as in C.
  func byte(_ position: Int) -> UInt8 { position < count ? self[position] : 0 }

  mutating func removeTrailingBlanks() {
    while let last, last.isBlank { removeLast() }
  }

  /// Without comments, without the backslash that prevents one, and without blanks around it.
  var withoutComment: [UInt8] {
    var text = [UInt8](drop(while: \.isBlank))
    var (isQuoted, isContinued, comment) = (false, false, Int?.none)
    var position = 0
    while let found = text.firstIndex(from: position, of: "!#\"\\") {
      position = found + 1
      switch text[found] {
      case UInt8(ascii: "\""):
        if comment == nil { isQuoted.toggle() }
      case UInt8(ascii: "\\"):
        switch text.byte(found + 1) {
        case 0:
          text.removeLast()
          isContinued = true
        case UInt8(ascii: "#") where !isQuoted, UInt8(ascii: "!") where !isQuoted: text.remove(at: found)
        default: position = found + 2
        }
      default:
        if !isQuoted, comment == nil { comment = found }
      }
      if isContinued { break }
    }
    if let comment { text.removeSubrange(comment...) }
    text.removeTrailingBlanks()
    if isContinued { text.append(UInt8(ascii: "\\")) }
    return text
  }

  /// The words of a line; text between quotation marks is one word, also without a blank before it.
  var words: [[UInt8]] {
    var words: [[UInt8]] = []
    var position = 0
    while let start = self[Swift.min(position, count)...].firstIndex(where: { !$0.isSpace }) {
      if self[start] == UInt8(ascii: "\"") {
        // A quotation mark without an end: the rest does not count.
        guard let end = firstIndex(from: start + 1, of: "\"") else { break }
        words.append([UInt8](self[(start + 1)..<end]))
        position = end + 1
      } else {
        position = firstIndex(from: start, of: " \t\u{C}\n\r\u{B}\"") ?? count
        words.append([UInt8](self[start..<position]))
      }
    }
    return words
  }

  /// The number that a word is for `lvs_timeouts` of keepalived: `+5`, `" 5"` and `010` are numbers, too, and an empty
  /// word is 0.
  var timeoutSeconds: Int? {
    let number = drop(while: \.isSpace)
    guard !number.isEmpty else { return 0 }
    let digits = number.first == UInt8(ascii: "+") ? number.dropFirst() : number
    guard !digits.isEmpty, digits.allSatisfy(\.isDigit), let seconds = Int([UInt8](digits).asText) else { return nil }
    // keepalived's own limit, 31 days; it is the same as ipvsadm's.
    return 0...2_678_400 ~= seconds ? seconds : nil
  }

  /// The number at a position, with a sign, decimal, octal or hexadecimal, as strtol(3) reads it; it moves the position
  /// to its end.
  func integer(at position: inout Int) -> Int {
    var next = Swift.min(self[Swift.min(position, count)...].firstIndex { !$0.isSpace } ?? count, count)
    let isNegative = byte(next) == UInt8(ascii: "-")
    if isNegative || byte(next) == UInt8(ascii: "+") { next += 1 }
    var base = 10
    if byte(next) == UInt8(ascii: "0") {
      let isHexadecimal = byte(next + 1) | 0x20 == UInt8(ascii: "x") && byte(next + 2).digit.map { $0 < 16 } == true
      base = isHexadecimal ? 16 : 8
      if isHexadecimal { next += 2 }
    }
    var (value, hasOverflown) = (0, false)
    while let digit = byte(next).digit, digit < base {
      let (product, first) = value.multipliedReportingOverflow(by: base)
      let (sum, second) = product.addingReportingOverflow(digit)
      hasOverflown = hasOverflown || first || second
      value = sum
      next += 1
      position = next
    }
    if hasOverflown { return isNegative ? .min : .max }
    return isNegative ? -value : value
  }
}

extension UInt8 {
  /// Whether it is a blank between words on a line.
  var isBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }
  /// Whether it is white space in C.
  var isSpace: Bool { self == UInt8(ascii: " ") || 9...13 ~= self }
  var isDigit: Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= self }
  var isLetter: Bool { UInt8(ascii: "a")...UInt8(ascii: "z") ~= self | 0x20 && self < 0x80 }
  /// Whether a name may begin with it.
  var beginsName: Bool { isLetter || self == UInt8(ascii: "_") }
  /// Whether a name may hold it.
  var isInName: Bool { beginsName || isDigit }
  fileprivate var digit: Int? {
    if isDigit { return Int(self - UInt8(ascii: "0")) }
    return isLetter ? Int((self | 0x20) - UInt8(ascii: "a")) + 10 : nil
  }
}

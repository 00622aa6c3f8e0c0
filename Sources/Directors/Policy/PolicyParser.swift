// SPDX-License-Identifier: Apache-2.0

internal import IPVS
internal import SystemPackage
internal import Text

/// Reads the bytes of a policy, in linear time.
struct PolicyParser {
  /// How many mistakes are described; the others are counted.
  static let mostMistakes = 100

  private(set) var lines: [PolicyLine] = []
  /// The first mistakes.
  private(set) var mistakes: [PolicyMistake] = []
  /// The number of other mistakes.
  private(set) var moreMistakes = 0

  /// Reads the bytes of a file.
  init(_ bytes: [UInt8], path: FilePath) {
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      // One mistake instead of one for each line, because one change cures them all.
      let mark = String(decoding: bytes[..<2], as: UTF8.self)
      mistakes = [PolicyMistake(.utf16, text: mark, path: path, line: 1, column: 1)]
      return
    }
    var rest = bytes[...]
    if rest.starts(with: "\u{FEFF}".utf8) { rest = rest.dropFirst(3) }
    var number = 0
    while !rest.isEmpty {
      number += 1
      let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
      read(rest[..<end], number: number, path: path)
      rest = rest[end...].dropFirst()
    }
  }

  private mutating func read(_ line: ArraySlice<UInt8>, number: Int, path: FilePath) {
    let parser = PolicyLineParser(
      line.last == UInt8(ascii: "\r") ? line.dropLast() : line, number: number, path: path,
      atMost: PolicyParser.mostMistakes - mistakes.count)
    moreMistakes += parser.moreMistakes
    if !parser.mistakes.isEmpty {
      mistakes += parser.mistakes
      // No line of a file with a mistake counts, and such a file may be large.
      lines = []
    }
    if mistakes.isEmpty, let line = parser.result { lines.append(line) }
  }
}

/// Reads one line of a policy, and finds every mistake in it.
struct PolicyLineParser {
  private let line: ArraySlice<UInt8>
  private let number: Int
  private let path: FilePath
  private var namespace: NamespacePattern?
  private var timeouts = Timeouts()
  private let most: Int
  private(set) var mistakes: [PolicyMistake] = []
  /// The number of mistakes after the first ones.
  private(set) var moreMistakes = 0

  /// Reads a line.
  ///
  /// - Parameters:
  ///   - line: Its bytes without the end of the line.
  ///   - number: Its number, from 1.
  ///   - path: The path of the file.
  ///   - most: How many mistakes to describe.
  init(_ line: ArraySlice<UInt8>, number: Int, path: FilePath, atMost most: Int) {
    self.most = most
    self.line = line
    self.number = number
    self.path = path
    do throws(UTF8.ValidationError) {
      _ = try UTF8Span(validating: line.span)
    } catch {
      reportByte(at: line.startIndex + error.byteOffsets.lowerBound)
      return
    }
    var words = PolicyWords(line)
    let comment = readFields(&words)
    if let comment { reportControlCharacter(in: comment) }
  }

  /// The rule in the line; `nil` if it has none, or has mistakes.
  var result: PolicyLine? {
    guard mistakes.isEmpty, moreMistakes == 0, let namespace else { return nil }
    return PolicyLine(number: number, namespace: namespace, timeouts: timeouts)
  }

  /// Reads the fields.
  ///
  /// - Returns: The comment after them.
  private mutating func readFields(_ words: inout PolicyWords) -> PolicyWord? {
    var count = 0
    var first: PolicyWord?
    var last: PolicyWord?
    var next = words.next()
    while let word = next, !word.isComment {
      read(word, asField: count)
      count += 1
      first = first ?? word
      last = word
      next = words.next()
    }
    if let first, let last, count <= Timeouts.Name.allCases.count {
      let fields = first.range.lowerBound..<last.range.upperBound
      report(.missingFields(Array(Timeouts.Name.allCases.dropFirst(count - 1))), at: last.columns.upperBound, fields)
    }
    return next
  }

  private mutating func read(_ word: PolicyWord, asField index: Int) {
    let names = Timeouts.Name.allCases
    if index == names.count + 1 { report(.surplusField, at: word.columns.lowerBound, word.range) }
    if reportControlCharacter(in: word) { return }
    let text = text(word.range)
    switch index {
    case 0:
      if reportInvisibleCharacter(of: text, in: word) { return }
      namespace = NamespacePattern(text)
      if namespace == nil { report(.namespace, at: word.columns.lowerBound, word.range) }
    case 1...names.count:
      let name = names[index - 1]
      do {
        timeouts[name] = try TimeoutText.parse(text, for: name)
      } catch {
        report(.timeout, at: word.columns.lowerBound, word.range)
      }
    default: break
    }
  }
}

extension PolicyLineParser {
  private func text(_ range: Range<Int>) -> String { String(decoding: line[range], as: UTF8.self) }

  private mutating func report(_ rule: @autoclosure () -> PolicyMistake.Rule, at column: Int, _ range: Range<Int>) {
    guard mistakes.count < most else {
      moreMistakes += 1
      return
    }
    let text = text(range.lowerBound..<min(range.upperBound, range.lowerBound + PolicyLineParser.mostTextBytes))
    mistakes.append(PolicyMistake(rule(), text: text, path: path, line: number, column: column))
  }

  /// How many bytes of a text a mistake keeps; more than are printed.
  private static var mostTextBytes: Int { 4096 }

  /// Reports the first control character of a word.
  ///
  /// Such a word is not checked further.
  @discardableResult
  private mutating func reportControlCharacter(in word: PolicyWord) -> Bool {
    guard let control = word.control else { return false }
    report(.controlCharacter(control.scalar), at: control.column, word.range)
    return true
  }

  /// Reports the first character of a word that nobody sees.
  private mutating func reportInvisibleCharacter(of text: String, in word: PolicyWord) -> Bool {
    var column = word.columns.lowerBound
    for scalar in text.unicodeScalars {
      if scalar.isInvisible {
        report(.invisibleCharacter(scalar), at: column, word.range)
        return true
      }
      column += 1
    }
    return false
  }

  /// Reports a byte that is not UTF-8, with the word around it.
  private mutating func reportByte(at position: Int) {
    let start = line[..<position].lastIndex(where: \.isBlank).map { $0 + 1 } ?? line.startIndex
    let end = line[position...].firstIndex(where: \.isBlank) ?? line.endIndex
    let column = String(decoding: line[..<position], as: UTF8.self).unicodeScalars.count + 1
    let byte = line[position]
    report(.notUTF8(byte), at: column, start..<end)
  }
}

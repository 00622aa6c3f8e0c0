// SPDX-License-Identifier: Apache-2.0

internal import SystemPackage

/// Reads the bytes of a policy, in a time that grows with their number and no faster.
struct PolicyParser {
  private(set) var lines: [PolicyLine] = []
  private(set) var mistakes: [PolicyMistake] = []

  /// Reads the bytes of a file.
  init(_ bytes: [UInt8], path: FilePath) {
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      // One mistake and not one for each line: there is one cure for all of it.
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
      line.last == UInt8(ascii: "\r") ? line.dropLast() : line, number: number, path: path)
    mistakes += parser.mistakes
    if let line = parser.result { lines.append(line) }
  }
}

// SPDX-License-Identifier: Apache-2.0

/// A word of a line, or its comment, which is one up to the end of the line.
struct PolicyWord {
  /// Where it stands in the bytes of the file.
  let range: Range<Int>
  /// The columns of its characters, from 1.
  let columns: Range<Int>
  let isComment: Bool
  /// The first control character in it, and its column.
  let control: (scalar: Unicode.Scalar, column: Int)?
}

/// The words of a line, one after the other, in one pass over its bytes, which are UTF-8.
struct PolicyWords: IteratorProtocol {
  private let line: ArraySlice<UInt8>
  private var position: Int
  private var column = 1

  init(_ line: ArraySlice<UInt8>) {
    self.line = line
    position = line.startIndex
  }

  mutating func next() -> PolicyWord? {
    while position < line.endIndex, line[position].isBlank { advance() }
    guard position < line.endIndex else { return nil }
    let (start, first) = (position, column)
    let isComment = line[start] == UInt8(ascii: "#")
    var control: (Unicode.Scalar, Int)?
    while position < line.endIndex, isComment || !line[position].isBlank {
      if control == nil, let scalar = controlCharacter { control = (scalar, column) }
      advance()
    }
    return PolicyWord(
      range: start..<position, columns: first..<column, isComment: isComment, control: control)
  }

  private mutating func advance() {
    // A character has one byte that does not continue another.
    if line[position] & 0b1100_0000 != 0b1000_0000 { column += 1 }
    position += 1
  }

  /// The control character here, if there is one; a tab is none.
  private var controlCharacter: Unicode.Scalar? {
    switch line[position] {
    case UInt8(ascii: "\t"): nil
    case let byte where byte < 0x20 || byte == 0x7F: Unicode.Scalar(byte)
    // U+0080 to U+009F.
    case 0xC2 where line[position + 1] < 0xA0: Unicode.Scalar(line[position + 1])
    default: nil
    }
  }
}

extension UInt8 {
  /// Whether this byte separates words.
  var isBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }
}

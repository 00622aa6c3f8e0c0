// SPDX-License-Identifier: Apache-2.0

internal import Linux
internal import SystemPackage

/// A word of a line, or its comment, which extends to the end of the line.
struct PolicyWord {
  /// The range of its bytes in the file.
  let range: Range<Int>
  /// The columns of its characters, from 1.
  let columns: Range<Int>
  let isComment: Bool
  /// The first control character in it, and its column.
  let control: (scalar: Unicode.Scalar, column: Int)?
}

/// The words of a line, one after another, in one pass over its bytes.
///
/// The bytes are UTF-8.
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
    // Each character has exactly one byte that is not a continuation byte.
    if line[position] & 0b1100_0000 != 0b1000_0000 { column += 1 }
    position += 1
  }

  /// The control character at this position; `nil` if there is none.
  ///
  /// A tab does not count.
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

/// The bytes of a policy file that may be trusted.
enum PolicyBytes {
  /// The largest size of a policy: 16 MiB.
  static let limit = 16_777_216

  /// Reads the file to its end, even if it changes at the same time.
  ///
  /// It is closed before anything is printed, because it may have the number of a standard stream that the caller has
  /// closed.
  ///
  /// - Throws: ``PolicyObstacle``.
  static func read(_ path: FilePath) throws(PolicyObstacle) -> [UInt8] {
    let file: ForeignFile
    do throws(ForeignFile.Obstacle) {
      file = try ForeignFile(at: path, atMost: limit)
    } catch {
      switch error {
      case .refused(let errno): throw .refused(errno)
      case .notRegular: throw .notRegular
      case .tooLarge: throw .tooLarge
      case .timedOut: throw .timedOut
      case .noThread(let errno): throw .noThread(errno)
      }
    }
    guard !file.permissions.contains(.otherWrite) else { throw .writableByOthers }
    return file.bytes
  }
}

// SPDX-License-Identifier: Apache-2.0

/// A text that is broken into lines between its words, never inside a command.
struct Paragraph {
  /// The parts between which a line may end.
  private let words: [String]

  /// A sentence; the commands in it have backticks around them.
  init(_ sentence: String) {
    var isInCommand = false
    let words = sentence.split { character in
      if character == "`" { isInCommand.toggle() }
      return character == " " && !isInCommand
    }
    self.words = words.map { String($0) }
  }

  /// A command, which stays on one line however long it is.
  init(command: String) {
    words = [command]
  }

  /// The lines, each with the blanks before it.
  ///
  /// - Parameters:
  ///   - start: What comes before the first word.
  ///   - startWidth: How many columns that takes.
  ///   - margin: In which column the other lines begin; a command that is too long there begins further left.
  ///   - width: How many columns a line may have; only a word that is longer has more.
  /// - Returns: The lines, without blanks at their ends.
  func lines(after start: String, _ startWidth: Int, margin: Int, width: Int) -> [String] {
    var lines: [String] = []
    var (line, column, isEmpty) = (start, startWidth, true)
    for word in words {
      let blank = isEmpty ? 0 : 1
      if column + blank + word.count <= width {
        line += (isEmpty ? "" : " ") + word
        column += blank + word.count
      } else {
        lines.append(line)
        column = margin + word.count <= width ? margin : min(margin, Paragraph.narrowMargin)
        line = String(repeating: " ", count: column) + word
        column += word.count
      }
      isEmpty = false
    }
    lines.append(line)
    return lines.map { line in
      var line = line
      while line.utf8.last == UInt8(ascii: " ") { line.removeLast() }
      return line
    }
  }

  /// Where a command begins that is too long for its margin.
  static let narrowMargin = 4
}

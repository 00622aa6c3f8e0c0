// SPDX-License-Identifier: Apache-2.0

internal import Linux
internal import SystemPackage
internal import Text

extension KeepalivedReader {
  /// Obeys `@id`, reads definitions and sequences, and replaces names by their values.
  mutating func expand(_ line: inout Line, _ growing: inout [UInt8]?) throws(ConfigurationObstacle) {
    while let first = line.text.first {
      try count()
      if first == UInt8(ascii: "@"), !isForThis(&line) {
        line.text = []
        return
      }
      if let (name, definition) = KeepalivedDefinitions.parse(line.text) {
        if let doubt = line.doubt { throw obstacle(word: doubt) }
        definitions.define(name, definition)
        if definition.isMultiline { growing = name }
        line.text = []
        return
      }
      if line.text.starts(with: [UInt8]("~SEQ")) || line.text.starts(with: [UInt8]("~LST")) {
        try addSequence(line)
        line.text = []
        return
      }
      guard line.text.first != UInt8(ascii: "~"), line.text.contains(UInt8(ascii: "$")) else { return }
      var rest = expansion
      let hasReplaced = try replace(&line.text, &line.doubt, &rest, atMost: Limit.lineBytes + 1)
      expansion = rest
      guard hasReplaced else { return }
      line.text = line.text.withoutComment
      guard line.text.first == UInt8(ascii: "@") || line.text.contains(UInt8(ascii: "$")) else { return }
    }
  }

  /// Whether a line that begins with `@id` or `@^id` is for this keepalived; then that word is removed.
  func isForThis(_ line: inout Line) -> Bool {
    let isReversed = line.text.byte(1) == UInt8(ascii: "^")
    let start = isReversed ? 2 : 1
    guard let end = line.text.firstIndex(from: start, of: " \t") else { return false }
    if let configID {
      if (line.text[start..<end].elementsEqual(configID)) == isReversed { return false }
    } else {
      line.doubt = [UInt8](line.text[..<end]).asText
    }
    line.text.removeSubrange(..<line.text.skippingBlanks(from: end))
    return true
  }

  mutating func addSequence(_ line: Line) throws(ConfigurationObstacle) {
    if let doubt = line.doubt { throw obstacle(word: doubt) }
    let sequence: KeepalivedSequence?
    if line.text[1] == UInt8(ascii: "S") {
      var copy = self
      sequence = try KeepalivedSequence.numbers(line.text) { bounds throws(ConfigurationObstacle) in
        var (doubt, expansion) = (String?.none, ArraySlice<UInt8>?.none)
        _ = try copy.replace(&bounds, &doubt, &expansion, atMost: 64)
        if let doubt { throw copy.obstacle(word: doubt) }
        if expansion != nil { throw copy.obstacle("a definition of several lines cannot be a number") }
      }
    } else {
      sequence = KeepalivedSequence.lists(line.text)
      // Then it counts one less, and may leave out others, also at later reloads.
      guard sequence != nil else { throw obstacle("keepalived refuses this ~LST, and loses count of others") }
    }
    // keepalived only logs a ~SEQ that it refuses.
    if let sequence { sequences.append(sequence) }
  }

  /// Replaces names by their values.
  ///
  /// - Returns: Whether there were any.
  mutating func replace(
    _ text: inout [UInt8], _ doubt: inout String?, _ expansion: inout ArraySlice<UInt8>?, atMost limit: Int
  ) throws(ConfigurationObstacle) -> Bool {
    var position = 0
    var (current, rest) = (expansion, ArraySlice<UInt8>?.none)
    var hasFound = false
    while let dollar = text.firstIndex(from: position, of: "$"), dollar + 1 < text.count {
      try count()
      position = dollar
      switch definitions.reference(in: text, at: dollar, directory: directory) {
      case .none: position += 1
      case .doubtful(let length):
        doubt = [UInt8](text[dollar..<(dollar + length)].prefix(40)).asText
        text.replaceSubrange(dollar..<(dollar + length), with: [UInt8]("?"))
      case .known(let definition, let length):
        hasFound = true
        rest = current
        var value = definition.value[...]
        if definition.isMultiline {
          if let current { expansions.append((current, sequenceDepth)) }
          sequenceDepth = sequences.count
          let end = value.firstIndex(of: UInt8(ascii: "\n"))
          rest = end.map { value[($0 + 1)...] }
          current = rest
          value = value[..<(end ?? value.endIndex)]
        }
        guard text.count + value.count - length < limit else {
          throw obstacle(
            "with what stands for \([UInt8](text[dollar..<(dollar + length)]).asText.printable) it is too long")
        }
        text.replaceSubrange(dollar..<(dollar + length), with: value)
        if definition.value.first(where: { !$0.isBlank }) == UInt8(ascii: "~") {
          expansion = rest
          return true
        }
      }
    }
    if hasFound { expansion = rest }
    return hasFound
  }

  /// Cuts a line before and after a brace; the rest is the next line.
  mutating func split(_ line: Line) throws(ConfigurationObstacle) -> Line? {
    var line = line
    guard let brace = line.text.firstBrace else { return line }
    if let doubt = line.doubt { throw obstacle(word: doubt) }
    let end = brace == 0 ? line.text.skippingBlanks(from: 1) : brace
    if end < line.text.count { residue = Line(text: [UInt8](line.text[end...])) }
    line.text.removeSubrange(end...)
    line.text.removeTrailingBlanks()
    residue?.text.removeTrailingBlanks()
    return line
  }
}

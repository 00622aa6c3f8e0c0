// SPDX-License-Identifier: Apache-2.0

/// The definitions of a keepalived configuration, `$NAME=text`, and the references to them.
struct KeepalivedDefinitions {
  /// A definition.
  struct Definition {
    var value: [UInt8]
    var isMultiline = false
  }

  /// What a reference such as `$NAME` or `${NAME}` means.
  enum Reference {
    /// A definition, and how many bytes the reference has.
    case known(Definition, length: Int)
    /// Something that keepalived knows and this program does not, and how many bytes the reference has.
    case doubtful(length: Int)
    /// Nothing: it stays unchanged.
    case none
  }

  private var definitions: [[UInt8]: Definition] = [
    [UInt8]("_HASH"): Definition(value: [UInt8]("#")), [UInt8]("_BANG"): Definition(value: [UInt8]("!")),
  ]
  /// The names that keepalived defines itself, as long as nobody else does.
  private var builtIn: Set<[UInt8]> = [[UInt8]("_PWD"), [UInt8]("_INSTANCE"), [UInt8]("_RANDOM"), [UInt8]("_ENV")]
  /// The name of this instance; `nil` where it is not known.
  let instance: [UInt8]?

  /// The names that every configuration has.
  init(instance: String?) {
    self.instance = instance.map { [UInt8]($0.utf8) }
  }

  /// Defines a name.
  mutating func define(_ name: [UInt8], _ definition: Definition) {
    definitions[name] = definition
    builtIn.remove(name)
  }

  /// Adds a line to a definition of several lines, or the rest of the last one.
  mutating func append(_ text: [UInt8], to name: [UInt8]) {
    definitions[name]?.value += text
  }

  /// Ends a definition of several lines; an empty one is none.
  mutating func end(_ name: [UInt8]) {
    if definitions[name]?.value.isEmpty == true { definitions[name]?.isMultiline = false }
  }

  /// The definition that a line is, `$NAME=text`; `nil` where it is none.
  static func parse(_ line: [UInt8]) -> (name: [UInt8], definition: Definition)? {
    guard line.first == UInt8(ascii: "$"), line.byte(1).beginsName,
      let end = line.firstIndex(from: 1, of: "="), line[1..<end].allSatisfy(\.isInName)
    else { return nil }
    var value = [UInt8](line[line.skippingBlanks(from: end + 1)...])
    guard value.last == UInt8(ascii: "\\") else { return ([UInt8](line[1..<end]), Definition(value: value)) }
    value.removeLast()
    value.removeTrailingBlanks()
    if !value.isEmpty { value.append(UInt8(ascii: "\n")) }
    return ([UInt8](line[1..<end]), Definition(value: value, isMultiline: true))
  }

  /// The meaning of the text after a `$`.
  ///
  /// - Parameters:
  ///   - text: The line.
  ///   - dollar: Where the `$` is.
  ///   - directory: The current directory; `nil` where it is not known.
  /// - Returns: What it means.
  func reference(in text: [UInt8], at dollar: Int, directory: String?) -> Reference {
    let hasBraces = text.byte(dollar + 1) == UInt8(ascii: "{")
    let start = dollar + (hasBraces ? 2 : 1)
    guard text.byte(start).beginsName else { return .none }
    let end = text[start...].firstIndex { !$0.isInName } ?? text.count
    let name = [UInt8](text[start..<end])
    guard !hasBraces || text.byte(end) == UInt8(ascii: "}") else {
      // With arguments: some versions have them for some built-in names. Otherwise no version reads the text in braces.
      let isKnown = builtIn.contains(name) || definitions[name] != nil
      guard isKnown, text.byte(end).isBlank, let brace = text.firstIndex(from: end, of: "}") else { return .none }
      return .doubtful(length: brace + 1 - dollar)
    }
    guard hasBraces || end == text.count || [UInt8](" \t,)").contains(text[end]) else { return .none }
    let length = end - dollar + (hasBraces ? 1 : 0)
    if builtIn.contains(name) {
      let value =
        name == [UInt8]("_PWD") ? directory.map { [UInt8]($0.utf8) } : name == [UInt8]("_INSTANCE") ? instance : nil
      return value.map { .known(Definition(value: $0), length: length) } ?? .doubtful(length: length)
    }
    let isAtEnd = dollar + length == text.count
    guard let definition = definitions[name], isAtEnd || !definition.isMultiline else { return .none }
    return .known(definition, length: length)
  }
}

/// `~SEQ` and `~LST`: a text that keepalived reads several times, each time with other values for some names.
struct KeepalivedSequence {
  private enum Values {
    case numbers(next: Int, last: Int, step: Int, isHexadecimal: Bool)
    case lists([[[UInt8]]])
  }

  private let names: [[UInt8]]
  private var values: Values
  /// The text to read each time.
  let text: [UInt8]
}

extension KeepalivedSequence {
  /// The next values for the names; the last ones leave it empty.
  mutating func next() -> [(name: [UInt8], value: [UInt8])] {
    switch values {
    case .numbers(let next, let last, let step, let isHexadecimal):
      let (following, isOverflow) = next.addingReportingOverflow(step)
      let isLast = isOverflow || (step > 0 ? following > last : following < last)
      values = isLast ? .lists([]) : .numbers(next: following, last: last, step: step, isHexadecimal: isHexadecimal)
      return [(names[0], [UInt8](String(next, radix: isHexadecimal ? 16 : 10).utf8))]
    case .lists(let lists):
      values = .lists([[[UInt8]]](lists.dropFirst()))
      return zip(names, lists.first ?? []).map { ($0, $1) }
    }
  }

  /// Whether there is nothing more to read.
  var isEmpty: Bool {
    if case .lists(let lists) = values { lists.isEmpty } else { false }
  }

  /// Reads `~SEQ(name, first, step, last) text` and its shorter forms; `nil` where keepalived does not accept it.
  ///
  /// - Parameters:
  ///   - line: The line, which begins with `~SEQ`.
  ///   - replacing: Replaces definitions in the numbers by their values.
  /// - Returns: The sequence.
  /// - Throws: What `replacing` throws.
  static func numbers<Failure>(
    _ line: [UInt8], replacing: (inout [UInt8]) throws(Failure) -> Void
  ) throws(Failure) -> KeepalivedSequence? {
    var position = 4
    let isHexadecimal = line.byte(position) == UInt8(ascii: "x")
    position = line.skippingBlanks(from: position + (isHexadecimal ? 1 : 0))
    guard line.byte(position) == UInt8(ascii: "(") else { return nil }
    position = line.skippingBlanks(from: position + 1)
    let name = [UInt8](line[position..<(line.firstIndex(from: position, of: " \t,)") ?? line.count)])
    position = line.skippingBlanks(from: position + name.count)
    guard !name.isEmpty, position < line.count, line[position] != UInt8(ascii: ")") else { return nil }
    position = line.skippingBlanks(from: position + 1)
    guard let end = line.firstIndex(from: position, of: ")"), end - position < 62 else { return nil }
    var bounds = [UInt8](line[position...end])
    try replacing(&bounds)
    guard let (next, last, step) = bounds.sequenceBounds, !isHexadecimal || (next >= 0 && last >= 0) else { return nil }
    return KeepalivedSequence(
      names: [name], values: .numbers(next: next, last: last, step: step, isHexadecimal: isHexadecimal),
      text: [UInt8](line[line.skippingBlanks(from: end + 1)...]))
  }

  /// Reads `~LST(name, value, …) text` and `~LST({name, name}, {value, value}, …) text`; `nil` where keepalived does not
  /// accept it.
  static func lists(_ line: [UInt8]) -> KeepalivedSequence? {
    var position = line.skippingBlanks(from: 4)
    guard line.byte(position) == UInt8(ascii: "(") else { return nil }
    position = line.skippingBlanks(from: position + 1)
    guard let names = line.list(at: &position, stop: " \t,}", mayEndList: false) else { return nil }
    guard line.byte(position) == UInt8(ascii: ",") else { return nil }
    var lists: [[[UInt8]]] = []
    repeat {
      position = line.skippingBlanks(from: position + 1)
      guard var values = line.list(at: &position, stop: " \t,})", mayEndList: true), values.count <= names.count else {
        return nil
      }
      values += [[UInt8]](repeating: [], count: names.count - values.count)
      lists.append(values)
      guard [UInt8](",)").contains(line.byte(position)) else { return nil }
    } while line[position] == UInt8(ascii: ",")
    return KeepalivedSequence(
      names: names, values: .lists(lists), text: [UInt8](line[line.skippingBlanks(from: position + 1)...]))
  }
}

extension [UInt8] {
  /// The bounds of `~SEQ`, which end with a parenthesis: the last number, the first and the last, or all three.
  fileprivate var sequenceBounds: (next: Int, last: Int, step: Int)? {
    var (numbers, position) = ([Int](), 0)
    while true {
      numbers.append(integer(at: &position))
      position = skippingBlanks(from: position)
      if byte(position) == UInt8(ascii: ")") { break }
      guard byte(position) == UInt8(ascii: ","), numbers.count < 3 else { return nil }
      position += 1
    }
    switch numbers.count {
    case 1: return (numbers[0] < 0 ? -1 : 1, numbers[0], numbers[0] < 1 ? -1 : 1)
    case 2: return (numbers[0], numbers[1], numbers[0] <= numbers[1] ? 1 : -1)
    default:
      let (first, step, last) = (numbers[0], numbers[1], numbers[2])
      guard step != 0, !(first < last && step < 0), !(first > last && step > 0) else { return nil }
      return (first, last, step)
    }
  }

  /// One word of `~LST`, or several in braces; it moves the position to the next one.
  fileprivate func list(at position: inout Int, stop: StaticString, mayEndList: Bool) -> [[UInt8]]? {
    let hasBraces = byte(position) == UInt8(ascii: "{")
    if hasBraces { position = skippingBlanks(from: position + 1) }
    var words: [[UInt8]] = []
    while true {
      let end = firstIndex(from: position, of: stop) ?? count
      words.append([UInt8](self[Swift.min(position, end)..<end]))
      position = skippingBlanks(from: end)
      if hasBraces {
        if byte(position) == UInt8(ascii: "}") {
          position = skippingBlanks(from: position + 1)
          return words
        }
      } else if byte(position) == UInt8(ascii: ",") || (mayEndList && byte(position) == UInt8(ascii: ")")) {
        return words
      }
      guard byte(position) == UInt8(ascii: ",") else { return nil }
      position = skippingBlanks(from: position + 1)
    }
  }
}

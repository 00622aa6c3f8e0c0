// SPDX-License-Identifier: Apache-2.0

internal import Linux
internal import SystemPackage
internal import Text

/// Where in a configuration something stands.
struct ConfigurationPlace: Sendable, Hashable {
  let file: String
  let line: Int

  /// As in a sentence.
  var words: String { line > 0 ? "\(file.printable) line \(line)" : file.printable }
}

/// What in a configuration was not understood, so that nothing can be said of the rest.
struct ConfigurationObstacle: Error, Sendable, Hashable {
  let place: ConfigurationPlace
  let reason: String
}

/// A configuration of keepalived's, line by line as keepalived reads it: without comments, with the files that are
/// included, with what stands for definitions, and with each brace on a line of its own.
///
/// It follows read_line() of keepalived 2.2.7; what later versions read otherwise is a doubt.
struct KeepalivedReader {
  /// How much is read at the most.
  enum Limit {
    static let files = 1000
    static let fileBytes = 4 << 20
    static let bytes = 16 << 20
    static let depth = 50
    static let steps = 200_000
    /// keepalived reads longer lines in parts, or not at all.
    static let lineBytes = 1023
  }

  /// A line.
  struct Line {
    var text: [UInt8]
    /// The word of which it is not known what keepalived makes of it.
    var doubt: String?
  }

  private struct OpenFiles {
    var names: ArraySlice<String>
    var name = ""
    var bytes: ArraySlice<UInt8> = []
    var line = 0
    /// Whether a line begins; long ones are read in parts.
    var isAtStart = true
    /// The directory to return to.
    var directory: String?
  }

  private let files: ProcessFiles
  private let configID: [UInt8]?
  private var directory: String?
  private var open: [OpenFiles] = []
  private var definitions: KeepalivedDefinitions
  private var sequences: [KeepalivedSequence] = []
  private var sequenceDepth = 0
  /// What is left of a definition of several lines.
  private var expansion: ArraySlice<UInt8>?
  private var expansions: [(rest: ArraySlice<UInt8>, depth: Int)] = []
  private var residue: Line?
  private var steps = 0
  private var bytesRead = 0
  /// The files that were read, and when each was changed last.
  private(set) var changes: [(file: String, changed: WallTime)] = []

  /// Opens a configuration.
  ///
  /// - Parameters:
  ///   - pattern: The file, or a pattern of several.
  ///   - directory: Where a relative pattern begins; `nil` where that is not known.
  ///   - configID: The name that lines beginning with `@` are compared with; `nil` where it is not known.
  ///   - files: The files as keepalived sees them.
  /// - Throws: ``ConfigurationObstacle``, when there is no file, or it cannot be read.
  init(_ pattern: String, from directory: String?, configID: String?, _ files: ProcessFiles)
    throws(ConfigurationObstacle)
  {
    self.files = files
    self.configID = configID.map { [UInt8]($0.utf8) }
    self.directory = directory
    definitions = KeepalivedDefinitions(instance: configID)
    try include(pattern)
    guard !open.isEmpty else {
      throw ConfigurationObstacle(place: ConfigurationPlace(file: pattern, line: 0), reason: "there is no such file")
    }
  }

  /// Where the last line was.
  var place: ConfigurationPlace {
    let file = open.last { !$0.name.isEmpty }
    return ConfigurationPlace(file: file?.name ?? "", line: file?.line ?? 0)
  }

  /// An obstacle where the last line was.
  func obstacle(_ reason: String) -> ConfigurationObstacle { ConfigurationObstacle(place: place, reason: reason) }

  /// An obstacle because of a word on the last line.
  func obstacle(word: String) -> ConfigurationObstacle { obstacle("what \(word.printable) stands for is not known") }

  /// The next line, which is not empty; `nil` behind the last one.
  ///
  /// - Throws: ``ConfigurationObstacle``.
  mutating func next() throws(ConfigurationObstacle) -> Line? {
    var growing: [UInt8]?
    while true {
      try count()
      guard var line = try source(&growing) else { return nil }
      if let name = growing {
        if !grow(name, line.text) { growing = nil }
        continue
      }
      try expand(&line, &growing)
      guard !line.text.isEmpty else { continue }
      if let pattern = line.text.includePattern {
        if let doubt = line.doubt { throw obstacle(word: doubt) }
        guard let pattern = String(validating: pattern, as: UTF8.self) else {
          throw obstacle("\(pattern.asText.printable) is not text")
        }
        try include(pattern)
        continue
      }
      return try split(line)
    }
  }

  private mutating func count() throws(ConfigurationObstacle) {
    steps += 1
    guard steps <= Limit.steps else { throw obstacle("more than \(Limit.steps) lines are too many to be read here") }
  }

  /// The next text, from whatever has one.
  private mutating func source(_ growing: inout [UInt8]?) throws(ConfigurationObstacle) -> Line? {
    if let line = residue {
      residue = nil
      return line
    }
    if sequences.count > sequenceDepth, var last = sequences.popLast() {
      for (name, value) in last.next() {
        definitions.define(name, KeepalivedDefinitions.Definition(value: value))
      }
      if !last.isEmpty { sequences.append(last) }
      return Line(text: last.text)
    }
    guard let rest = expansion else { return try physicalLine(&growing) }
    guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else {
      let outer = expansions.popLast()
      expansion = outer?.rest
      sequenceDepth = outer?.depth ?? 0
      return Line(text: [UInt8](rest))
    }
    expansion = rest[(end + 1)...]
    return Line(text: [UInt8](rest[..<end]))
  }

  /// The next line of a file that is not empty without its comment.
  private mutating func physicalLine(_ growing: inout [UInt8]?) throws(ConfigurationObstacle) -> Line? {
    while !open.isEmpty {
      let last = open.count - 1
      guard !open[last].bytes.isEmpty else {
        try endFile()
        continue
      }
      var line = open[last].bytes.prefix(Limit.lineBytes)
      if let end = line.firstIndex(of: UInt8(ascii: "\n")) {
        line = line[..<end]
        open[last].bytes = open[last].bytes[(end + 1)...]
      } else {
        open[last].bytes = open[last].bytes.dropFirst(Limit.lineBytes)
      }
      if open[last].isAtStart { open[last].line += 1 }
      open[last].isAtStart = line.endIndex < open[last].bytes.startIndex
      let isWhole = line.count < Limit.lineBytes - 1 && !line.contains(0)
      var text = [UInt8](line.prefix { $0 != 0 })
      while text.last == UInt8(ascii: "\r") || text.last == UInt8(ascii: "\n") { text.removeLast() }
      if text.isEmpty, let name = growing {
        definitions.end(name)
        growing = nil
      }
      let plain = text.withoutComment
      guard !plain.isEmpty else { continue }
      // keepalived's children read what its first process has read, so that they take away a second backslash.
      let isSame = plain.withoutComment == plain
      return Line(text: plain, doubt: isWhole && isSame ? nil : [UInt8](plain.prefix(40)).asText)
    }
    return nil
  }

  /// Adds a line to a definition of several lines.
  ///
  /// - Returns: Whether there may be more.
  private mutating func grow(_ name: [UInt8], _ line: [UInt8]) -> Bool {
    guard line.last == UInt8(ascii: "\\") else {
      definitions.end(name)
      definitions.append(line, to: name)
      return false
    }
    var line = line
    line.removeLast()
    line.removeTrailingBlanks()
    if !line.isEmpty { definitions.append(line + [UInt8(ascii: "\n")], to: name) }
    return true
  }
}

extension KeepalivedReader {
  /// Goes by `@id`, takes definitions and sequences, and puts in what stands for names.
  private mutating func expand(_ line: inout Line, _ growing: inout [UInt8]?) throws(ConfigurationObstacle) {
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

  /// Whether a line that begins with `@id` or `@^id` is for this keepalived; then that is taken away.
  private func isForThis(_ line: inout Line) -> Bool {
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

  private mutating func addSequence(_ line: Line) throws(ConfigurationObstacle) {
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
      // It counts one less then, and may leave out others, also at later reloads.
      guard sequence != nil else { throw obstacle("keepalived refuses this ~LST, and loses count of others") }
    }
    // A ~SEQ that it refuses is in its log only.
    if let sequence { sequences.append(sequence) }
  }

  /// Puts in what stands for names.
  ///
  /// - Returns: Whether there were any.
  private mutating func replace(
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

  /// Cuts a line before a brace and behind it; what is behind is the next line.
  private mutating func split(_ line: Line) throws(ConfigurationObstacle) -> Line? {
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

extension KeepalivedReader {
  /// Opens the files of a pattern; where there are none, keepalived goes on.
  private mutating func include(_ pattern: String) throws(ConfigurationObstacle) {
    guard let path = ProcessFiles.absolute(pattern, from: directory) else {
      throw refusal(pattern, "it is not known in which directory it is")
    }
    guard open.count < Limit.depth else { throw refusal(pattern, "files include each other without end") }
    let names: [String]
    do throws(Errno) {
      names = try files.matches(of: path)
    } catch .fileTooLarge {
      throw refusal(pattern, "it is a pattern of too many files")
    } catch {
      throw refusal(pattern, "\(error)")
    }
    noteChange(ofDirectory: path)
    open.append(OpenFiles(names: names[...], directory: directory))
    try openNext()
  }

  /// Goes on with the next file of a pattern, or with what included them.
  private mutating func endFile() throws(ConfigurationObstacle) {
    directory = open[open.count - 1].directory
    try openNext()
  }

  private mutating func openNext() throws(ConfigurationObstacle) {
    let last = open.count - 1
    while let name = open[last].names.popFirst() {
      guard let bytes = try bytes(of: name) else { continue }
      open[last].name = name
      open[last].bytes = bytes[...]
      open[last].line = 0
      open[last].isAtStart = true
      directory = "/" + name.split(separator: "/").dropLast().joined(separator: "/")
      return
    }
    open.removeLast()
  }

  /// What is in a file; `nil` for what keepalived leaves out.
  private mutating func bytes(of name: String) throws(ConfigurationObstacle) -> [UInt8]? {
    do throws(Errno) {
      guard case .file(let file) = try files.find(name, atMost: Limit.fileBytes) else { return nil }
      bytesRead += file.bytes.count
      guard bytesRead <= Limit.bytes, changes.count < Limit.files else {
        throw Errno.tooManyOpenFiles
      }
      changes.append((name, file.changed))
      return file.bytes
    } catch .noSuchFileOrDirectory {
      return nil
    } catch .fileTooLarge {
      throw refusal(name, "it is longer than \(Limit.fileBytes >> 20) MiB")
    } catch .tooManyOpenFiles {
      throw refusal(name, "there are more than \(Limit.files) files, or \(Limit.bytes >> 20) MiB")
    } catch {
      throw refusal(name, "\(error)")
    }
  }

  /// A file that has gone leaves a trace in its directory, which is of interest where a pattern finds files.
  private mutating func noteChange(ofDirectory pattern: String) {
    guard let pattern = pattern.firstIndex(where: { "*?[".contains($0) }).map({ pattern[..<$0] }),
      let end = pattern.lastIndex(of: "/"), let changed = files.changeOfDirectory(String(pattern[...end]))
    else { return }
    changes.append((String(pattern[..<end]), changed))
  }

  private func refusal(_ name: String, _ reason: String) -> ConfigurationObstacle {
    guard !open.isEmpty, !place.file.isEmpty else {
      return ConfigurationObstacle(place: ConfigurationPlace(file: name, line: 0), reason: reason)
    }
    return obstacle("\(name.printable): \(reason)")
  }
}

extension [UInt8] {
  /// What a line includes; `nil` where it includes nothing.
  fileprivate var includePattern: [UInt8]? {
    guard starts(with: [UInt8]("include")), count > 7 else { return nil }
    if self[7].isSpace { return [UInt8](self[skippingBlanks(from: 8)...]) }
    guard [UInt8]("rmwba").contains(self[7]), byte(8).isSpace else { return nil }
    return [UInt8](self[skippingBlanks(from: 9)...])
  }

  /// The first brace that is not between quotation marks.
  fileprivate var firstBrace: Int? {
    if first == UInt8(ascii: "{") || first == UInt8(ascii: "}") { return 0 }
    var position = 0
    while let found = firstIndex(from: position, of: "{}\"") {
      guard self[found] == UInt8(ascii: "\"") else { return found }
      guard let end = firstIndex(from: found + 1, of: "\"") else { return nil }
      position = end + 1
    }
    return nil
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import Linux
internal import SystemPackage
internal import Text

/// A place in a configuration.
struct ConfigurationPlace: Sendable, Hashable {
  let file: String
  let line: Int

  /// As in a sentence.
  var words: String { line > 0 ? "\(file.printable) line \(line)" : file.printable }
}

/// A part of a configuration that was not understood, so that the rest is not known.
struct ConfigurationObstacle: Error, Sendable, Hashable {
  let place: ConfigurationPlace
  let reason: String
}

/// A keepalived configuration, line by line as keepalived reads it: without comments, with the included files, with
/// definitions replaced, and with each brace on its own line.
///
/// It follows read_line() of keepalived 2.2.7. A word that later versions read differently is a doubt.
struct KeepalivedReader {
  /// How much is read.
  enum Limit {
    static let files = 1000
    /// The patterns that are looked up; each may read many directories.
    static let patterns = 1000
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
    /// A word whose meaning for keepalived is not known.
    var doubt: String?
  }

  struct OpenFiles {
    var names: ArraySlice<String>
    var name = ""
    var bytes: ArraySlice<UInt8> = []
    var line = 0
    /// Whether a line begins; long ones are read in parts.
    var isAtStart = true
    /// The directory to return to.
    var directory: String?
  }

  let files: ProcessFiles
  let configID: [UInt8]?
  var directory: String?
  var open: [OpenFiles] = []
  var definitions: KeepalivedDefinitions
  var sequences: [KeepalivedSequence] = []
  var sequenceDepth = 0
  /// The rest of a definition of several lines.
  var expansion: ArraySlice<UInt8>?
  var expansions: [(rest: ArraySlice<UInt8>, depth: Int)] = []
  var residue: Line?
  var steps = 0
  var bytesRead = 0
  var patterns = 0
  /// The files that were read, and when each was changed last.
  var changes: [(file: String, changed: WallTime)] = []

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

  /// The next line, which is not empty; `nil` after the last one.
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

  mutating func count() throws(ConfigurationObstacle) {
    steps += 1
    guard steps <= Limit.steps else { throw obstacle("more than \(Limit.steps) lines are too many to be read here") }
    guard steps.isMultiple(of: 1000) else { return }
    do throws(Errno) { try files.checkTime() } catch { throw obstacle("reading it took too long") }
  }

  /// The next text, from a sequence, a definition or a file.
  mutating func source(_ growing: inout [UInt8]?) throws(ConfigurationObstacle) -> Line? {
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
  mutating func physicalLine(_ growing: inout [UInt8]?) throws(ConfigurationObstacle) -> Line? {
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
      // keepalived's children read the result of its first process, and so remove a second backslash.
      let isSame = plain.withoutComment == plain
      return Line(text: plain, doubt: isWhole && isSame ? nil : [UInt8](plain.prefix(40)).asText)
    }
    return nil
  }

  /// Adds a line to a definition of several lines.
  ///
  /// - Returns: Whether there may be more.
  mutating func grow(_ name: [UInt8], _ line: [UInt8]) -> Bool {
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

extension [UInt8] {
  /// The pattern that a line includes; `nil` where it includes nothing.
  var includePattern: [UInt8]? {
    guard starts(with: [UInt8]("include")), count > 7 else { return nil }
    if self[7].isSpace { return [UInt8](self[skippingBlanks(from: 8)...]) }
    guard [UInt8]("rmwba").contains(self[7]), byte(8).isSpace else { return nil }
    return [UInt8](self[skippingBlanks(from: 9)...])
  }

  /// The first brace that is not between quotation marks.
  var firstBrace: Int? {
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

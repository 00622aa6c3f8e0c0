// SPDX-License-Identifier: Apache-2.0

internal import IPVS
internal import Linux
internal import SystemPackage

/// What the arguments of keepalived say of its configuration; they are read as getopt does.
struct KeepalivedArguments {
  /// The configuration file.
  private(set) var path: String?
  /// Whether it looks after virtual services at all.
  private(set) var isChecking = true

  /// The letters that take a value, and that which may have one behind it.
  private static let valued: Set<Character> = ["S", "f", "p", "i", "e", "s", "u", "r", "c", "b", "A"]
  private static let optional: Set<Character> = ["M", "g", "t"]

  init(_ arguments: [String]) {
    let flags = ProgramFlags(arguments)
    path = flags["use-file"]
    if arguments.contains("--vrrp") { isChecking = false }
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      guard argument.hasPrefix("-"), !argument.hasPrefix("--") else { continue }
      take(argument.dropFirst(), &rest)
    }
    if arguments.contains("--check") || arguments.contains("--all") { isChecking = true }
  }

  /// Takes letters that are joined, and for the last one perhaps the next argument.
  private mutating func take(_ letters: Substring, _ rest: inout ArraySlice<String>) {
    for (index, letter) in zip(letters.indices, letters) {
      if letter == "P" { isChecking = false }
      if letter == "C" { isChecking = true }
      if KeepalivedArguments.optional.contains(letter) { return }
      guard KeepalivedArguments.valued.contains(letter) else { continue }
      let joined = letters[letters.index(after: index)...]
      let value = joined.isEmpty ? rest.popFirst() : String(joined)
      if letter == "f" { path = value }
      return
    }
  }
}

/// What the configuration of keepalived says of the timeouts, with the files that it includes.
struct KeepalivedConfiguration {
  /// What `lvs_timeouts` names.
  private(set) var timeouts = Timeouts()
  /// Whether there is a virtual service; without one keepalived writes nothing.
  private(set) var hasService = false
  /// Whether a line `lvs_timeouts` depends on what is not known here, a condition or a variable.
  private(set) var isUnclear = false

  private let files: ProcessFiles
  private var filesLeft = 100

  /// Reads it from its first file.
  ///
  /// - Throws: `Errno`, when that cannot be read; others that cannot be are passed over, as keepalived does.
  init(at location: FilePath, _ files: ProcessFiles) throws(Errno) {
    self.files = files
    read(try files.text(at: location), from: location.removingLastComponent(), depth: 0)
  }

  private mutating func read(_ text: String, from directory: FilePath, depth: Int) {
    for line in text.split(whereSeparator: \.isNewline) {
      let words = line.prefix { $0 != "#" && $0 != "!" }.split(whereSeparator: \.isWhitespace)
      guard let first = words.first else { continue }
      switch first {
      case "lvs_timeouts": take(Array(words.dropFirst()))
      case "virtual_server": hasService = true
      case "include", "includer", "includem", "includew", "includeb", "includea":
        include(words.dropFirst().joined(separator: " "), from: directory, depth: depth)
      // A line for directors of one name only (or all others).
      case _ where first.hasPrefix("@"): if words.dropFirst().first == "lvs_timeouts" { isUnclear = true }
      default: break
      }
    }
  }

  private mutating func take(_ words: [Substring]) {
    for (word, value) in zip(words, words.dropFirst()) {
      guard let name = Timeouts.Name(rawValue: String(word)) else { continue }
      if value.hasPrefix("$") { isUnclear = true }
      // What is no number is passed over, and 0 keeps the timeout.
      if let seconds = Int(value) { timeouts[name] = Timeout(seconds: seconds) ?? timeouts[name] }
    }
  }

  private mutating func include(_ pattern: String, from directory: FilePath, depth: Int) {
    guard depth < 16 else { return }
    for location in files.matches(of: pattern, from: directory) where filesLeft > 0 {
      filesLeft -= 1
      guard let text = try? files.text(at: location) else { continue }
      read(text, from: location.removingLastComponent(), depth: depth + 1)
    }
  }
}

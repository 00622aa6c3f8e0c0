// SPDX-License-Identifier: Apache-2.0

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

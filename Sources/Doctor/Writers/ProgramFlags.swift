// SPDX-License-Identifier: Apache-2.0

/// The long options of a command line as the library pflag of Go reads them: `--name=value`, `--name value`, and `_` for
/// `-` in names.
struct ProgramFlags {
  private var values: [String: String] = [:]
  /// The arguments that are no options, such as the name of a command.
  private(set) var words: [String] = []

  /// Reads arguments.
  ///
  /// - Parameters:
  ///   - arguments: The arguments, without the program's name.
  ///   - valued: The options whose value is the next argument, whatever it is.
  ///   - switches: The options without a value. For all others, the next argument is the value if it is no option.
  init(_ arguments: [String], valued: Set<String>, switches: Set<String> = []) {
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      if argument == "--" {
        words += rest
        return
      }
      guard argument.hasPrefix("--") else {
        if !argument.hasPrefix("-") { words.append(argument) }
        continue
      }
      let parts = argument.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0].map { $0 == "_" ? "-" : $0 })
      if parts.count > 1 {
        values[name] = String(parts[1])
      } else if switches.contains(name) {
        values[name] = "true"
      } else if valued.contains(name) || rest.first?.hasPrefix("-") == false {
        values[name] = rest.popFirst() ?? ""
      }
    }
  }

  /// The value of the last option of this name.
  subscript(name: String) -> String? { values[name] }

  /// The value as true or false; `nil` where it is neither, so that a program would not start.
  static func truth(_ text: String) -> Bool? {
    switch text {
    case "1", "t", "T", "TRUE", "true", "True": true
    case "0", "f", "F", "FALSE", "false", "False": false
    default: nil
    }
  }
}

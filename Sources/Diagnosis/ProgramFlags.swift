// SPDX-License-Identifier: Apache-2.0

/// The long options of a command line: `--name=value`, `--name value`.
struct ProgramFlags {
  private var values: [String: String] = [:]

  init(_ arguments: [String]) {
    for (index, argument) in arguments.enumerated() where argument.hasPrefix("--") {
      let parts = argument.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let next = arguments.dropFirst(index + 1).first
      values[String(parts[0])] = parts.count > 1 ? String(parts[1]) : next ?? ""
    }
  }

  /// The value of the last option of this name.
  subscript(name: String) -> String? { values[name] }
}

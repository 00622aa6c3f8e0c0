// SPDX-License-Identifier: Apache-2.0

extension [String] {
  /// The words with a separator between them.
  ///
  /// In files that import this module, it takes the place of the standard library's `joined`, for which the runtime
  /// searches the conformance records of the whole program.
  package func joined(separator: String = "") -> String {
    var text = ""
    for (number, word) in enumerated() {
      if number > 0 { text += separator }
      text += word
    }
    return text
  }

  /// The words as in a sentence, for example `tcp, tcpfin and udp`.
  package var enumeration: String {
    guard let last, count > 1 else { return first ?? "" }
    return Array(dropLast()).joined(separator: ", ") + " and " + last
  }
}

extension Int {
  /// The number with its noun, for example `1 connection` and `2 connections`.
  package func counted(_ noun: String) -> String { self == 1 ? "1 \(noun)" : "\(self) \(noun)s" }
}

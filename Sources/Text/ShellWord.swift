// SPDX-License-Identifier: Apache-2.0

extension StringProtocol {
  /// The text as one word of a shell's command line, for a command that people copy; other people's names may hold what
  /// a shell would obey.
  package var shellWord: String {
    let isPlain = !isEmpty && utf8.allSatisfy(\.isPlainInShell)
    return isPlain
      ? String(self)
      : "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#).printable + "'"
  }
}

extension UInt8 {
  fileprivate var isPlainInShell: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "_-+./:,@%=".utf8.contains(self)
    }
  }
}

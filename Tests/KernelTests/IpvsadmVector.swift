// SPDX-License-Identifier: Apache-2.0

/// One command line for ipvsadm, without the program's name.
struct IpvsadmVector {
  let arguments: [[UInt8]]

  init(_ arguments: [String]) {
    self.arguments = arguments.map { Array($0.utf8) }
  }

  /// Arguments that are no text.
  init(bytes arguments: [[UInt8]]) {
    self.arguments = arguments
  }

  /// Arguments without blanks, written with one blank between them.
  init(words: String) {
    self.init(words.split(separator: " ", omittingEmptySubsequences: true).map(String.init))
  }

  /// There is `-p`, an option for services, whose value ipvsadm refuses in the words that it has for `--set`.
  var hasForeignValue: Bool {
    arguments.contains { argument in
      argument.starts(with: "--persistent".utf8)
        || (argument.first == UInt8(ascii: "-") && argument.dropFirst().first != UInt8(ascii: "-")
          && argument.contains(UInt8(ascii: "p")))
    }
  }
}

extension IpvsadmVector: CustomStringConvertible {
  var description: String {
    arguments.map { String(decoding: $0, as: UTF8.self).debugDescription }.joined(separator: " ")
  }
}

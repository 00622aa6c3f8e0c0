// SPDX-License-Identifier: Apache-2.0

/// One command line for ipvsadm, without the program's name.
struct IpvsadmVector {
  let arguments: [[UInt8]]

  init(_ arguments: [String]) {
    self.arguments = arguments.map { Array($0.utf8) }
  }

  /// Arguments that are not text.
  init(bytes arguments: [[UInt8]]) {
    self.arguments = arguments
  }

  /// Arguments without blanks, written with one blank between them.
  init(words: String) {
    self.init(words.split(separator: " ", omittingEmptySubsequences: true).map(String.init))
  }

  /// Whether it has `-p`, an option for services, whose value ipvsadm refuses in the same words as a value of `--set`.
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

// SPDX-License-Identifier: Apache-2.0

import Directors
import IPVS
import SystemPackage

/// The policy from a text.
func policy(_ text: String) throws(PolicyError) -> PolicyFile {
  try PolicyFile(parsing: Array(text.utf8), path: "p.conf")
}

/// The messages about the mistakes in the bytes of a policy; empty if there are none.
func mistakes(_ bytes: [UInt8]) -> [String] {
  do {
    _ = try PolicyFile(parsing: bytes, path: "p.conf")
    return []
  } catch {
    return error.description.split(separator: "\n").map(String.init)
  }
}

/// The messages about the mistakes in the text of a policy; empty if there are none.
func mistakes(_ text: String) -> [String] { mistakes(Array(text.utf8)) }

/// A line as one value, for use in a table.
struct Row: Hashable, Sendable {
  let number: Int
  let namespace: String
  let timeouts: Timeouts

  init(_ number: Int, _ namespace: String, _ timeouts: Timeouts) {
    self.number = number
    self.namespace = namespace
    self.timeouts = timeouts
  }
}

extension PolicyFile {
  /// The lines, for comparison with a table.
  var rows: [Row] { lines.map { Row($0.number, $0.namespace.text, $0.timeouts) } }
}

extension PolicyError {
  /// The error of reading a text; `nil` if it has none.
  static func of(_ text: String) -> PolicyError? {
    do {
      _ = try policy(text)
      return nil
    } catch {
      return error
    }
  }
}

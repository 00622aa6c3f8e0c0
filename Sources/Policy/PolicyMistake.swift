// SPDX-License-Identifier: Apache-2.0

internal import Directors
public import IPVS
public import SystemPackage
internal import Text

/// A mistake in a policy.
///
/// ``description`` is the line for people.
public struct PolicyMistake: Sendable, Hashable {
  /// The file it is in.
  public let path: FilePath
  /// The number of the line, from 1.
  public let line: Int
  /// The column, from 1, in Unicode scalars; a tab is one.
  public let column: Int
  /// What is written there; what is no UTF-8 in it is replaced by U+FFFD.
  public let text: String
  /// The rule that is broken.
  public let rule: Rule

  /// A mistake with its parts.
  init(_ rule: Rule, text: String, path: FilePath, line: Int, column: Int) {
    self.path = path
    self.line = line
    self.column = column
    self.text = text
    self.rule = rule
  }

  /// A rule of the policy that can be broken.
  public enum Rule: Sendable, Hashable {
    /// The field is no timeout.
    case timeout
    /// The field is no namespace, because it is a path that does not begin with `/`.
    case namespace
    /// These fields are missing.
    case missingFields([Timeouts.Name])
    /// The field is the fifth.
    case surplusField
    /// There is a control character.
    case controlCharacter(Unicode.Scalar)
    /// There is a byte that is not UTF-8 where it stands.
    case notUTF8(UInt8)
    /// The file is UTF-16.
    case utf16
  }
}

extension PolicyMistake: CustomStringConvertible {
  /// One line: where, what is written there, and the rule; it does not end in a full stop.
  public var description: String {
    "\(path.string.printable):\(line):\(column): \(sentence)"
  }

  private var sentence: String {
    let fields = "write namespace, tcp, tcpfin and udp"
    let quoted = "\"\(text.printable)\""
    return switch rule {
    case .timeout:
      InvalidTimeoutText(text: text).description
    case .namespace:
      "\(quoted) is not a namespace: write host, a name without /, or a path that begins with /"
    case .missingFields(let names):
      "\(quoted) lacks \(names.map(\.rawValue).enumeration): \(fields), with - for a timeout to keep"
    case .surplusField:
      "\(quoted) is one field too many: \(fields); a comment begins with #"
    case .controlCharacter(let scalar):
      "\(quoted) contains the control character \(scalar.escaped(asASCII: true)): take it out,"
        + " or save the file as plain UTF-8 text"
    case .notUTF8(let byte):
      "\(quoted) contains the byte 0x\(String(byte, radix: 16, uppercase: true)), which is not UTF-8 here:"
        + " save the file as plain UTF-8 text"
    case .utf16:
      "\(quoted) is how a UTF-16 file begins: save the file as plain UTF-8 text"
    }
  }
}

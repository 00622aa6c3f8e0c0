// SPDX-License-Identifier: Apache-2.0

package import IPVS
package import SystemPackage
internal import Text

/// Why there is no policy.
package enum PolicyError: Error, Sendable, Hashable {
  /// The file cannot be read, or is not one to obey.
  case unreadable(FilePath, PolicyObstacle)
  /// There are mistakes in the file: all of them, in order.
  case mistakes([PolicyMistake])

  /// The errno of the system; `nil` where there was none.
  package var errno: Errno? {
    guard case .unreadable(_, .refused(let errno)) = self else { return nil }
    return errno
  }
}

/// What keeps a file from being read as a policy.
package enum PolicyObstacle: Error, Sendable, Hashable {
  /// The system refused to open or to read it, with its errno.
  case refused(Errno)
  /// It is a directory, a FIFO, a device or a socket.
  case notRegular
  /// Users other than its owner and group may write to it.
  case writableByOthers
  /// It is larger than 16 MiB.
  case tooLarge
}

extension PolicyError: CustomStringConvertible {
  /// One sentence about a file: what was attempted, what happened and what to do; or one line for each mistake.
  package var description: String {
    switch self {
    case .unreadable(let path, let obstacle):
      "cannot read the policy \(path.string.printable): \(obstacle.reason(path))"
    case .mistakes(let mistakes):
      mistakes.map(\.description).joined(separator: "\n")
    }
  }
}

extension PolicyObstacle {
  /// What happened and what to do.
  fileprivate func reason(_ path: FilePath) -> String {
    switch self {
    case .refused(.noSuchFileOrDirectory):
      "there is no such file\(said); create it with lines such as `host 15m - 60s`, or name another file"
    case .refused(.permissionDenied), .refused(.notPermitted):
      "you may not read it\(said); run it as root, for example with sudo; as root, check the security policy (`dmesg`)"
    case .refused:
      "the system refused\(said); check the path (`ls -lL \(path.string.printable)`) and its file system (`dmesg`)"
    case .notRegular:
      "it is a directory, a FIFO, a device or a socket; name a text file"
    case .writableByOthers:
      "it is world-writable, so any user could control what root does; review it, then run"
        + " `chmod o-w \(path.string.printable)`"
    case .tooLarge:
      "it is larger than 16 MiB, the limit for a policy; name another file"
    }
  }

  /// What the system said, in words and as the number that a source can be searched for.
  private var said: String {
    guard case .refused(let errno) = self else { return "" }
    return " (\(errno.description), errno \(errno.rawValue))"
  }
}

/// A mistake in a policy.
///
/// ``description`` is the line for people.
package struct PolicyMistake: Sendable, Hashable {
  /// The file it is in.
  package let path: FilePath
  /// The number of the line, from 1.
  package let line: Int
  /// The column, from 1, in Unicode scalars; a tab is one.
  package let column: Int
  /// What is written there; what is no UTF-8 in it is replaced by U+FFFD.
  package let text: String
  /// The rule that is broken.
  package let rule: Rule

  /// A mistake with its parts.
  init(_ rule: Rule, text: String, path: FilePath, line: Int, column: Int) {
    self.path = path
    self.line = line
    self.column = column
    self.text = text
    self.rule = rule
  }

  /// A rule of the policy that can be broken.
  package enum Rule: Sendable, Hashable {
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
  package var description: String {
    "\(path.string.printable):\(line):\(column): \(sentence)"
  }

  private var sentence: String {
    let fields = "write namespace, tcp, tcpfin and udp"
    let quoted = "\"\(text.printable)\""
    return switch rule {
    case .timeout:
      InvalidTimeoutText(text: text).description
    case .namespace:
      "\(quoted) is not a namespace; write host, a name without /, or a path that begins with /"
    case .missingFields(let names):
      "\(quoted) lacks \(names.map(\.rawValue).enumeration); \(fields), with - for a timeout to keep"
    case .surplusField:
      "\(quoted) is one field too many; \(fields), and begin a comment with #"
    case .controlCharacter(let scalar):
      "\(quoted) contains the control character \(scalar.escaped(asASCII: true)); remove it,"
        + " or save the file as plain UTF-8 text"
    case .notUTF8(let byte):
      "\(quoted) contains the byte 0x\(String(byte, radix: 16, uppercase: true)), which is not UTF-8 here;"
        + " save the file as plain UTF-8 text"
    case .utf16:
      "\(quoted) begins a UTF-16 file; save the file as plain UTF-8 text"
    }
  }
}

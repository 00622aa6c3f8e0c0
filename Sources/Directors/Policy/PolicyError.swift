// SPDX-License-Identifier: Apache-2.0

package import IPVS
internal import Linux
package import SystemPackage
internal import Text

/// The error of reading a policy.
package enum PolicyError: Error, Sendable, Hashable {
  /// The file cannot be read, or may not be trusted.
  case unreadable(FilePath, PolicyObstacle)
  /// The file has mistakes: the first ones, in order, and how many more there are.
  case mistakes([PolicyMistake], more: Int)

  /// The errno of the system; `nil` if there was none.
  package var errno: Errno? {
    switch self {
    case .unreadable(_, .refused(let errno)), .unreadable(_, .noThread(let errno)): errno
    default: nil
    }
  }
}

/// The reason why a file cannot be read as a policy.
package enum PolicyObstacle: Error, Sendable, Hashable {
  /// The system refused to open or to read it, with its errno.
  case refused(Errno)
  /// It is a directory, a FIFO, a device, a socket, or a file that the kernel generates, as in /proc.
  case notRegular
  /// Users other than its owner and group may write to it.
  case writableByOthers
  /// It is larger than 16 MiB.
  case tooLarge
  /// Its file system did not answer in time.
  case timedOut
  /// The system provides no thread on which to wait for the file system.
  case noThread(Errno)
}

extension PolicyError: CustomStringConvertible {
  /// One sentence about a file: what failed, why, and what to do.
  ///
  /// Or one line for each mistake.
  package var description: String {
    switch self {
    case .unreadable(let path, let obstacle):
      "cannot read the policy \(path.string.printable): \(obstacle.reason(path))"
    case .mistakes(let mistakes, let more):
      (mistakes.map(\.description) + (more > 0 ? ["\(more.counted("more mistake"))"] : [])).joined(separator: "\n")
    }
  }
}

extension PolicyObstacle {
  /// The reason and the advice.
  fileprivate func reason(_ path: FilePath) -> String {
    switch self {
    case .refused(.noSuchFileOrDirectory):
      "there is no such file\(said); create it with lines such as `host 15m - 60s`, or name another file"
    case .refused(.permissionDenied), .refused(.notPermitted):
      "you may not read it\(said); run it as root, for example with sudo, or check the security policy (`dmesg`)"
    case .refused:
      "the system refused\(said); check the path (`ls -lL \(path.string.shellWord)`) and its file system (`dmesg`)"
    case .notRegular:
      "it is a directory, a FIFO, a device, a socket or a file of the kernel; name a text file"
    case .writableByOthers:
      "it is world-writable, so any user could control what root does; review it, then run"
        + " `chmod o-w \(path.string.shellWord)`"
    case .tooLarge:
      "it is larger than 16 MiB, the limit for a policy; name another file"
    case .timedOut:
      "its file system did not answer in time; check the mount (`findmnt`), or name a file on a local disk"
    case .noThread(let errno):
      "the system provides no thread to read it\(said); raise the limit of \(ThreadStack.limit(errno)), then try again"
    }
  }

  /// The errno in words and as a number, which can be searched for.
  private var said: String {
    let errno: Errno
    switch self {
    case .refused(let number), .noThread(let number): errno = number
    default: return ""
    }
    return " (\(errno.description), errno \(errno.rawValue))"
  }
}

/// A mistake in a policy.
///
/// ``description`` is the line for people.
package struct PolicyMistake: Sendable, Hashable {
  /// The path of the file.
  package let path: FilePath
  /// The number of the line, from 1.
  package let line: Int
  /// The column, from 1, in Unicode scalars.
  ///
  /// A tab counts as one.
  package let column: Int
  /// The text at that place.
  ///
  /// Bytes that are not UTF-8 are replaced by U+FFFD.
  package let text: String
  /// The rule that it breaks.
  package let rule: Rule

  /// Creates a mistake from its parts.
  init(_ rule: Rule, text: String, path: FilePath, line: Int, column: Int) {
    self.path = path
    self.line = line
    self.column = column
    self.text = text
    self.rule = rule
  }

  /// A rule for the form of a policy.
  package enum Rule: Sendable, Hashable {
    /// The field is not a timeout.
    case timeout
    /// The field is not a namespace, because it is a path that does not begin with `/`.
    case namespace
    /// These fields are missing.
    case missingFields([Timeouts.Name])
    /// The field is a fifth one.
    case surplusField
    /// There is a control character in the word.
    case controlCharacter(Unicode.Scalar)
    /// There is a character in the namespace that nobody sees, or that looks like a blank.
    case invisibleCharacter(Unicode.Scalar)
    /// There is a byte that is not UTF-8 at this place.
    case notUTF8(UInt8)
    /// The file is UTF-16.
    case utf16
  }
}

extension PolicyMistake: CustomStringConvertible {
  /// One line: the place, the text, and what to write.
  ///
  /// It does not end in a full stop.
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
    case .invisibleCharacter(let scalar):
      "\(quoted) contains the invisible character \(scalar.escaped(asASCII: true)); remove it"
    case .notUTF8(let byte):
      "\(quoted) contains the byte 0x\(String(byte, radix: 16, uppercase: true)), which is not UTF-8 here;"
        + " save the file as plain UTF-8 text"
    case .utf16:
      "\(quoted) begins a UTF-16 file; save the file as plain UTF-8 text"
    }
  }
}

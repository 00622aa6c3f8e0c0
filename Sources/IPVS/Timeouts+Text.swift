// SPDX-License-Identifier: Apache-2.0

package import Text

/// The forms in which timeouts are written: `assignments`, `phrase`, `values`, and ipvsadm's line.
extension Timeouts {
  /// The timeouts that are not `nil`, as assignments, for example `tcp=60 udp=300`; empty if there is none.
  package var assignments: String {
    Name.allCases.compactMap { name in self[name].map { "\(name.rawValue)=\($0.seconds)" } }.joined(separator: " ")
  }

  /// The timeouts that are not `nil`, as a list for people, for example `tcp 60 s, udp 300 s`; empty if there is none.
  package var phrase: String {
    var phrase = ""
    for name in Name.allCases {
      guard let timeout = self[name] else { continue }
      phrase += "\(phrase.isEmpty ? "" : ", ")\(name.rawValue) \(timeout)"
    }
    return phrase
  }

  /// The three values as for `ipvs-timeout set`, for example `60 - 300`.
  ///
  /// `-` is a timeout that is `nil`.
  package var values: String { arguments(absent: "-").joined(separator: " ") }

  /// The three values in the order of `ipvsadm --set`, for example `["60", "0", "300"]`.
  ///
  /// - Parameter absent: The word for a timeout that is `nil`: `0` keeps it in ipvsadm's language, `-` in that of this
  ///   package.
  /// - Returns: Three words.
  package func arguments(absent: String) -> [String] {
    Name.allCases.map { name in self[name].map { String($0.seconds) } ?? absent }
  }
}

extension Timeouts: CustomStringConvertible {
  /// The timeouts that are not `nil`, for example `tcp=60 udp=300`.
  public var description: String { assignments }
}

extension Timeouts {
  /// Appends the line that `ipvsadm -L --timeout` prints, without its newline.
  ///
  /// - Parameters:
  ///   - text: The text to append to.
  ///   - absent: The word for a protocol that the kernel was built without. ipvsadm prints 0.
  package func appendLine(to text: inout TextBuffer, absent: StaticString = "0") {
    text.append("Timeout (tcp tcpfin udp):")
    appendValues(to: &text, absent: absent)
  }

  /// Appends the three values, each after a blank.
  ///
  /// - Parameters:
  ///   - text: The text to append to.
  ///   - absent: The word for a protocol that the kernel was built without.
  package func appendValues(to text: inout TextBuffer, absent: StaticString) {
    text.append(tcp, absent: absent)
    text.append(tcpFin, absent: absent)
    text.append(udp, absent: absent)
  }

  /// Reads the line that `ipvsadm -L --timeout` prints; `nil` for any other text.
  ///
  /// - Parameter output: The whole output of ipvsadm, with its newline.
  public init?(ipvsadmOutput output: some StringProtocol) {
    guard output.hasPrefix("Timeout (tcp tcpfin udp): "), output.hasSuffix("\n") else { return nil }
    let fields = output.dropLast().split(separator: " ", omittingEmptySubsequences: false).dropFirst(4)
    guard fields.count == Name.allCases.count else { return nil }
    self.init()
    for (name, field) in zip(Name.allCases, fields) {
      guard field.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }), let seconds = UInt32(field) else {
        return nil
      }
      self[name] = Timeout(held: seconds)
    }
  }
}

extension TextBuffer {
  fileprivate mutating func append(_ timeout: Timeout?, absent: StaticString) {
    append(" ")
    if let timeout { append(timeout.seconds) } else { append(absent) }
  }
}

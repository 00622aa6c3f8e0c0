// SPDX-License-Identifier: Apache-2.0

package import Text

extension Timeouts {
  /// Appends the line that `ipvsadm -L --timeout` prints, without its newline.
  ///
  /// - Parameters:
  ///   - text: What to append to.
  ///   - absent: What stands for a protocol that the kernel was built without; ipvsadm writes 0.
  package func appendLine(to text: inout TextBuffer, absent: StaticString = "0") {
    text.append("Timeout (tcp tcpfin udp):")
    appendValues(to: &text, absent: absent)
  }

  /// Appends the three values, each with a blank before it.
  ///
  /// - Parameters:
  ///   - text: What to append to.
  ///   - absent: What stands for a protocol that the kernel was built without.
  package func appendValues(to text: inout TextBuffer, absent: StaticString) {
    text.append(tcp, absent: absent)
    text.append(tcpFin, absent: absent)
    text.append(udp, absent: absent)
  }

  /// Reads the one line that `ipvsadm -L --timeout` prints; `nil` for anything but exactly that line.
  ///
  /// - Parameter output: All that ipvsadm wrote, with its newline.
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

// SPDX-License-Identifier: Apache-2.0

public import IPVS

extension Timeouts {
  private static let lineStart = "Timeout (tcp tcpfin udp):"

  /// The line that `ipvsadm -L --timeout` prints, without its newline.
  ///
  /// - Parameter absent: What stands for a protocol that the kernel was built without; ipvsadm writes 0.
  /// - Returns: For example `Timeout (tcp tcpfin udp): 900 120 300`.
  public func ipvsadmLine(absent: String = "0") -> String {
    Name.allCases.reduce(into: Timeouts.lineStart) { line, name in
      line += " " + (self[name].map { String($0.seconds) } ?? absent)
    }
  }

  /// Reads the one line that `ipvsadm -L --timeout` prints; `nil` for anything but exactly that line.
  ///
  /// - Parameter output: All that ipvsadm wrote, with its newline.
  public init?(ipvsadmOutput output: some StringProtocol) {
    guard output.hasPrefix(Timeouts.lineStart + " "), output.hasSuffix("\n") else { return nil }
    let fields = output.dropFirst(Timeouts.lineStart.count + 1).dropLast().split(
      separator: " ", omittingEmptySubsequences: false)
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

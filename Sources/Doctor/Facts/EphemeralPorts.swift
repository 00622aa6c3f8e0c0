// SPDX-License-Identifier: Apache-2.0

/// The ports from which the kernel chooses one for a socket that connects and has none yet.
///
/// The corresponding settings are `net.ipv4.ip_local_port_range`, which is also for IPv6, and
/// `net.ipv4.ip_local_reserved_ports`.
package struct EphemeralPorts: Sendable, Hashable {
  /// From the first to the last, the reserved ones included.
  package let range: ClosedRange<UInt16>
  /// How many there are, without the reserved ones.
  package let count: Int
  private let isEphemeral: [Bool]

  /// Reads the two settings; where the kernel does not show the range it is the default, 32768 to 60999.
  ///
  /// - Parameters:
  ///   - range: Two numbers, as `32768\t60999`.
  ///   - reserved: Numbers and ranges, as `8080,40000-40010`.
  package init(range: String?, reserved: String?) {
    let ends = (range ?? "").split(whereSeparator: \.isWhitespace).compactMap { UInt16($0) }
    self.range = ends.count == 2 && ends[0] <= ends[1] ? ends[0]...ends[1] : 32_768...60_999
    var isEphemeral = [Bool](repeating: false, count: Int(UInt16.max) + 1)
    for port in self.range { isEphemeral[Int(port)] = true }
    for item in (reserved ?? "").split(separator: ",") {
      let ends = item.split(separator: "-").compactMap { UInt16($0) }
      guard let first = ends.first, let last = ends.last, first <= last else { continue }
      for port in first...last { isEphemeral[Int(port)] = false }
    }
    self.isEphemeral = isEphemeral
    count = isEphemeral.count { $0 }
  }

  /// Whether a port is one of them.
  package func contains(_ port: UInt16) -> Bool { isEphemeral[Int(port)] }
}

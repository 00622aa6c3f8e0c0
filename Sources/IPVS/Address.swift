// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// An IPv4 or IPv6 address.
public struct InternetAddress: Sendable, Hashable {
  /// The bits of the address.
  ///
  /// An IPv4 address has the lowest 32.
  package let bits: (high: UInt64, low: UInt64)
  /// Whether it is an IPv6 address.
  public let isIPv6: Bool

  /// Creates an IPv4 address.
  package init(ipv4 bits: UInt32) {
    self.bits = (0, UInt64(bits))
    isIPv6 = false
  }

  /// Creates an IPv6 address.
  package init(ipv6 high: UInt64, _ low: UInt64) {
    bits = (high, low)
    isIPv6 = true
  }

  /// Whether two addresses are the same.
  public static func == (first: InternetAddress, second: InternetAddress) -> Bool {
    first.bits == second.bits && first.isIPv6 == second.isIPv6
  }

  /// Feeds the address into a hasher.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(bits.high)
    hasher.combine(bits.low)
    hasher.combine(isIPv6)
  }
}

extension InternetAddress: CustomStringConvertible {
  /// Reads an address as people write it; `nil` if inet_pton(3) does not accept the text.
  public init?(parsing text: String) {
    var ipv4 = in_addr()
    if inet_pton(AF_INET, text, &ipv4) == 1 {
      self.init(ipv4: UInt32(bigEndian: ipv4.s_addr))
      return
    }
    var ipv6: (UInt64, UInt64) = (0, 0)
    guard inet_pton(AF_INET6, text, &ipv6) == 1 else { return nil }
    self.init(ipv6: UInt64(bigEndian: ipv6.0), UInt64(bigEndian: ipv6.1))
  }

  /// The address as people write it: `192.0.2.1`, `2001:db8::1`.
  public var description: String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { text in
      var ipv4 = UInt32(truncatingIfNeeded: bits.low).bigEndian
      var ipv6 = (bits.high.bigEndian, bits.low.bigEndian)
      let length = socklen_t(text.count)
      let isWritten =
        isIPv6
        ? inet_ntop(AF_INET6, &ipv6, text.baseAddress, length) : inet_ntop(AF_INET, &ipv4, text.baseAddress, length)
      return isWritten.map { String(cString: $0) } ?? ""
    }
  }
}

/// An address and a port.
public struct Endpoint: Sendable, Hashable {
  /// The address.
  public let address: InternetAddress
  /// The port; 0 means all ports, as in a persistence template.
  public let port: UInt16

  /// Creates an endpoint.
  public init(_ address: InternetAddress, port: UInt16) {
    self.address = address
    self.port = port
  }
}

extension Endpoint: CustomStringConvertible {
  /// Reads an endpoint as people write it: `192.0.2.1:80`, `[2001:db8::1]:80`; `nil` for any other text.
  public init?(parsing text: String) {
    guard let colon = text.lastIndex(of: ":") else { return nil }
    let digits = text[text.index(after: colon)...]
    var address = text[..<colon]
    let isBracketed = address.hasPrefix("[") && address.hasSuffix("]")
    if isBracketed { address = address.dropFirst().dropLast() }
    guard digits.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }), let port = UInt16(digits),
      let address = InternetAddress(parsing: String(address)), address.isIPv6 == isBracketed
    else { return nil }
    self.init(address, port: port)
  }

  /// The endpoint as people write it: `192.0.2.1:80`, `[2001:db8::1]:80`.
  public var description: String { address.isIPv6 ? "[\(address)]:\(port)" : "\(address):\(port)" }
}

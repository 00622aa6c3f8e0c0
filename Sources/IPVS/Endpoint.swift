// SPDX-License-Identifier: Apache-2.0

/// An address and a port.
public struct Endpoint: Sendable, Hashable {
  /// The address.
  public let address: InternetAddress
  /// The port; 0 where it stands for all of them, as in a persistence template.
  public let port: UInt16

  /// An endpoint with its parts.
  public init(_ address: InternetAddress, port: UInt16) {
    self.address = address
    self.port = port
  }
}

extension Endpoint: LosslessStringConvertible {
  /// An endpoint as people write it; `nil` for anything else.
  public init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":") else { return nil }
    let digits = text[text.index(after: colon)...]
    var address = text[..<colon]
    let isBracketed = address.hasPrefix("[") && address.hasSuffix("]")
    if isBracketed { address = address.dropFirst().dropLast() }
    guard digits.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }), let port = UInt16(digits),
      let address = InternetAddress(String(address)), address.isIPv6 == isBracketed
    else { return nil }
    self.init(address, port: port)
  }

  /// As people write it: `192.0.2.1:80`, `[2001:db8::1]:80`.
  public var description: String { address.isIPv6 ? "[\(address)]:\(port)" : "\(address):\(port)" }
}

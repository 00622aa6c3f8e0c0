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

extension Endpoint: CustomStringConvertible {
  /// As people write it: `192.0.2.1:80`, `[2001:db8::1]:80`.
  public var description: String { address.isIPv6 ? "[\(address)]:\(port)" : "\(address):\(port)" }
}

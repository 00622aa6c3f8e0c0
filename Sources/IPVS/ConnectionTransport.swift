// SPDX-License-Identifier: Apache-2.0

extension Connection {
  /// A transport protocol, by its name in the table.
  public enum Transport: Sendable, Hashable {
    /// TCP.
    case tcp
    /// UDP.
    case udp
    /// SCTP, whose timers nothing can set.
    case sctp
    /// None in particular: a persistence template of a service that is a firewall mark. The kernel writes `IP`.
    case any
    /// Another one, by its name.
    case other(String)

    /// A protocol by its name, as a field of the table.
    init(_ field: UnsafeRawBufferPointer) {
      self =
        switch true {
        case field.spells("TCP"): .tcp
        case field.spells("UDP"): .udp
        case field.spells("SCTP"): .sctp
        case field.spells("IP"): .any
        default: .other(String(decoding: field, as: UTF8.self))
        }
    }

    /// The name in the table.
    public var name: String {
      switch self {
      case .tcp: "TCP"
      case .udp: "UDP"
      case .sctp: "SCTP"
      case .any: "IP"
      case .other(let name): name
      }
    }
  }
}

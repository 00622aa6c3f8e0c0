// SPDX-License-Identifier: Apache-2.0

/// How packets come to a real server, by the kernel's name for it.
public enum ForwardingMethod: Sendable, Hashable {
  /// By NAT: what is sent back passes the director.
  case masquerading
  /// By direct routing: what is sent back does not.
  case routing
  /// By a tunnel: what is sent back does not pass the director either.
  case tunnelling
  /// The real server is the director itself.
  case local
  /// Around IPVS, where no real server is left.
  case bypass
  /// Another one, by its name.
  case other(String)

  /// A method by its name, as a field of the table.
  init(_ field: UnsafeRawBufferPointer) {
    self =
      switch true {
      case field.spells("Masq"): .masquerading
      case field.spells("Route"): .routing
      case field.spells("Tunnel"): .tunnelling
      case field.spells("Local"): .local
      case field.spells("Bypass"): .bypass
      default: .other(String(decoding: field, as: UTF8.self))
      }
  }

  /// The name in the table.
  public var name: String {
    switch self {
    case .masquerading: "Masq"
    case .routing: "Route"
    case .tunnelling: "Tunnel"
    case .local: "Local"
    case .bypass: "Bypass"
    case .other(let name): name
    }
  }
}

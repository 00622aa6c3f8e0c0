// SPDX-License-Identifier: Apache-2.0

/// The three connection timeouts of one network namespace, in the order of `ipvsadm --set tcp tcpfin udp`.
///
/// Read from a kernel, `nil` is a protocol that the kernel was built without. Given to
/// ``Client/setTimeouts(_:)``, `nil` is a timeout that stays as it is.
public struct Timeouts: Sendable, Hashable {
  /// The timeout of TCP connections in state ESTABLISHED.
  public var tcp: Timeout?
  /// The timeout of TCP connections in state FIN_WAIT; that of TIME_WAIT is fixed by the kernel.
  public var tcpfin: Timeout?
  /// The timeout of UDP connections.
  public var udp: Timeout?

  /// What a kernel starts every network namespace with: 900, 120 and 300 seconds.
  public static let kernelDefault = Timeouts(tcp: 900, tcpfin: 120, udp: 300)

  /// The timeouts that are named, and `nil` for the others.
  public init(tcp: Timeout? = nil, tcpfin: Timeout? = nil, udp: Timeout? = nil) {
    self.tcp = tcp
    self.tcpfin = tcpfin
    self.udp = udp
  }
}

extension Timeouts {
  /// One of the three timeouts.
  public enum Name: String, Sendable, Hashable, CaseIterable {
    /// The timeout of TCP connections in state ESTABLISHED.
    case tcp
    /// The timeout of TCP connections in state FIN_WAIT.
    case tcpfin
    /// The timeout of UDP connections.
    case udp
  }

  /// The timeout of this name.
  public subscript(name: Name) -> Timeout? {
    get {
      switch name {
      case .tcp: tcp
      case .tcpfin: tcpfin
      case .udp: udp
      }
    }
    set {
      switch name {
      case .tcp: tcp = newValue
      case .tcpfin: tcpfin = newValue
      case .udp: udp = newValue
      }
    }
  }

  /// Those that are named.
  package var names: [Name] { Name.allCases.filter { self[$0] != nil } }

  /// These timeouts where they are named, and others where they are not.
  public func filled(from others: Timeouts) -> Timeouts {
    Timeouts(tcp: tcp ?? others.tcp, tcpfin: tcpfin ?? others.tcpfin, udp: udp ?? others.udp)
  }

  /// Those of these timeouts that are named and are not so in others.
  package func differing(from others: Timeouts) -> Timeouts {
    Timeouts(
      tcp: tcp == others.tcp ? nil : tcp, tcpfin: tcpfin == others.tcpfin ? nil : tcpfin,
      udp: udp == others.udp ? nil : udp)
  }
}

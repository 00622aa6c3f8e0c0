// SPDX-License-Identifier: Apache-2.0

/// How long a director remembers a connection in one state, in whole seconds.
public struct Timeout: Sendable, Hashable {
  /// The seconds, never 0.
  public let seconds: UInt32

  /// The longest timeout that can be asked for: 31 days, as in ipvsadm and keepalived.
  public static let longest: Timeout = 2_678_400

  /// A timeout to set; `nil` where it is out of range.
  ///
  /// - Parameter seconds: From 1 to 2 678 400.
  public init?(seconds: Int) {
    guard 1...2_678_400 ~= seconds else { return nil }
    self.seconds = UInt32(seconds)
  }

  /// A timeout that a kernel holds, which may be longer than what can be asked for; `nil` for 0, which no kernel holds.
  package init?(held seconds: UInt32) {
    guard seconds > 0 else { return nil }
    self.seconds = seconds
  }
}

extension Timeout: ExpressibleByIntegerLiteral {
  /// A timeout written in code; a literal outside 1…2 678 400 is a programming error and traps.
  public init(integerLiteral seconds: UInt32) {
    precondition(1...2_678_400 ~= seconds, "a timeout is from 1 to 2678400 seconds")
    self.seconds = seconds
  }
}

extension Timeout: Comparable {
  /// Whether the first timeout is the shorter one.
  public static func < (first: Timeout, second: Timeout) -> Bool {
    first.seconds < second.seconds
  }
}

/// The three connection timeouts of one network namespace, in the order of `ipvsadm --set tcp tcpfin udp`.
///
/// Read from a kernel, `nil` is a protocol that the kernel was built without. Given to
/// ``Client/setTimeouts(_:)``, `nil` is a timeout that stays as it is.
public struct Timeouts: Sendable, Hashable {
  /// The timeout of TCP connections in state ESTABLISHED.
  public var tcp: Timeout?
  /// The timeout of TCP connections in state FIN_WAIT; that of TIME_WAIT is fixed by the kernel.
  public var tcpFin: Timeout?
  /// The timeout of UDP connections.
  public var udp: Timeout?

  /// What a kernel starts every network namespace with: 900, 120 and 300 seconds.
  public static let kernelDefault = Timeouts(tcp: 900, tcpFin: 120, udp: 300)

  /// The timeouts that are named, and `nil` for the others.
  public init(tcp: Timeout? = nil, tcpFin: Timeout? = nil, udp: Timeout? = nil) {
    self.tcp = tcp
    self.tcpFin = tcpFin
    self.udp = udp
  }
}

extension Timeouts {
  /// One of the three timeouts.
  public enum Name: String, Sendable, Hashable, CaseIterable {
    /// The timeout of TCP connections in state ESTABLISHED.
    case tcp
    /// The timeout of TCP connections in state FIN_WAIT.
    case tcpFin = "tcpfin"
    /// The timeout of UDP connections.
    case udp
  }

  /// The timeout of this name.
  public subscript(name: Name) -> Timeout? {
    get {
      switch name {
      case .tcp: tcp
      case .tcpFin: tcpFin
      case .udp: udp
      }
    }
    set {
      switch name {
      case .tcp: tcp = newValue
      case .tcpFin: tcpFin = newValue
      case .udp: udp = newValue
      }
    }
  }

  /// Those that are named.
  package var names: [Name] { Name.allCases.filter { self[$0] != nil } }

  /// These timeouts where they are named, and others where they are not.
  public func merging(_ others: Timeouts) -> Timeouts {
    Timeouts(tcp: tcp ?? others.tcp, tcpFin: tcpFin ?? others.tcpFin, udp: udp ?? others.udp)
  }

  /// Those of these timeouts that are named and are not so in others.
  package func changes(from others: Timeouts) -> Timeouts {
    Timeouts(
      tcp: tcp == others.tcp ? nil : tcp, tcpFin: tcpFin == others.tcpFin ? nil : tcpFin,
      udp: udp == others.udp ? nil : udp)
  }
}

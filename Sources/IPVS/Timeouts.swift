// SPDX-License-Identifier: Apache-2.0

/// How long a director remembers a connection in one state, in whole seconds.
public struct Timeout: Sendable, Hashable {
  /// The seconds, never 0.
  public let seconds: UInt32

  /// The seconds that a timeout may be set to: up to 31 days, as in ipvsadm and keepalived.
  package static var settableSeconds: ClosedRange<Int> { 1...2_678_400 }

  /// The longest timeout that can be set: 31 days.
  public static let longest = Timeout(known: UInt32(settableSeconds.upperBound))

  /// A timeout to set; `nil` where it is out of range.
  ///
  /// - Parameter seconds: From 1 to the seconds of ``longest``.
  public init?(seconds: Int) {
    guard Timeout.settableSeconds ~= seconds else { return nil }
    self.seconds = UInt32(seconds)
  }

  /// A timeout to set; `nil` where the duration is out of range, or no whole number of seconds.
  ///
  /// - Parameter duration: From a second to ``longest``.
  public init?(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    guard attoseconds == 0 else { return nil }
    self.init(seconds: Int(seconds))
  }

  /// A timeout that a kernel holds, which may be longer than what can be set; `nil` for 0, which no kernel holds.
  package init?(held seconds: UInt32) {
    guard seconds > 0 else { return nil }
    self.seconds = seconds
  }

  private init(known seconds: UInt32) {
    self.seconds = seconds
  }

  /// The timeout as a duration.
  public var duration: Duration { .seconds(Int64(seconds)) }
}

extension Timeout: ExpressibleByIntegerLiteral {
  /// A timeout written in code, in seconds; a literal that cannot be set is a programming error and traps.
  public init(integerLiteral seconds: UInt32) {
    precondition(Timeout.settableSeconds ~= Int(seconds), "a timeout is from 1 second to 31 days")
    self.seconds = seconds
  }
}

extension Timeout: CustomStringConvertible {
  /// The seconds and their unit: `900 s`.
  public var description: String { "\(seconds) s" }
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

  /// Fills in the timeouts that are not named here.
  ///
  /// - Parameter others: Where the missing timeouts come from.
  /// - Returns: These timeouts where they are named, and the others where they are not.
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

extension Timeout: Codable {
  /// Decodes a number of seconds.
  ///
  /// - Throws: `DecodingError`, for what no kernel can hold: 0, a negative number, a fraction, or more than 32 bits. A
  ///   kernel may hold timeouts above ``longest``, so these are decoded.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let timeout = Timeout(held: try container.decode(UInt32.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "a timeout of 0 s")
    }
    self = timeout
  }

  /// Encodes the number of seconds.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(seconds)
  }
}

extension Timeouts: Codable {
  /// The keys, which are those of ``Name``.
  private enum CodingKeys: String, CodingKey {
    case tcp
    case tcpFin = "tcpfin"
    case udp
  }
}

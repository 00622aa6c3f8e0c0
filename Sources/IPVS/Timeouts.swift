// SPDX-License-Identifier: Apache-2.0

/// How long a director remembers an idle connection in one state, in whole seconds.
public struct Timeout: Sendable, Hashable {
  /// The number of seconds.
  ///
  /// It is never 0.
  public let seconds: UInt32

  /// The number of seconds that can be set: 1 to 2678400 (31 days), as in ipvsadm and keepalived.
  package static var settableSeconds: ClosedRange<Int> { 1...2_678_400 }

  /// The longest timeout that can be set: 31 days.
  public static let longest = Timeout(known: UInt32(settableSeconds.upperBound))

  /// Creates a timeout; `nil` if the number is out of range.
  ///
  /// - Parameter seconds: A number from 1 to 2678400, the seconds of ``longest``.
  public init?(seconds: Int) {
    guard Timeout.settableSeconds ~= seconds else { return nil }
    self.seconds = UInt32(seconds)
  }

  /// Creates a timeout; `nil` if the duration is out of range or not a whole number of seconds.
  ///
  /// - Parameter duration: A duration from 1 second to ``longest``.
  public init?(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    guard attoseconds == 0 else { return nil }
    self.init(seconds: Int(seconds))
  }

  /// Creates a timeout that a kernel holds.
  ///
  /// It may be longer than ``longest``. `nil` for 0, which no kernel holds.
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
  /// Creates a timeout from a literal number of seconds.
  ///
  /// A literal out of range is a programming error and traps.
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
  /// Whether the first timeout is shorter.
  public static func < (first: Timeout, second: Timeout) -> Bool {
    first.seconds < second.seconds
  }
}

/// The three connection timeouts of one network namespace, in the order of `ipvsadm --set tcp tcpfin udp`.
///
/// In timeouts from a kernel, `nil` means that the kernel was built without this protocol. In timeouts for
/// ``Client/setTimeouts(_:)``, `nil` means that the kernel keeps the current value.
public struct Timeouts: Sendable, Hashable {
  /// The timeout of TCP connections in state ESTABLISHED.
  public var tcp: Timeout?
  /// The timeout of TCP connections in state FIN_WAIT.
  ///
  /// The timer of TIME_WAIT is fixed by the kernel (120 s).
  public var tcpFin: Timeout?
  /// The timeout of UDP connections.
  public var udp: Timeout?

  /// The values with which a kernel starts every network namespace: 900, 120 and 300 seconds.
  public static let kernelDefault = Timeouts(tcp: 900, tcpFin: 120, udp: 300)

  /// Creates timeouts.
  ///
  /// A timeout that you do not name is `nil`.
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

  /// The names of the timeouts that are not `nil`.
  package var names: [Name] { Name.allCases.filter { self[$0] != nil } }

  /// Fills in the timeouts that are `nil` here.
  ///
  /// - Parameter others: The timeouts to fill in.
  /// - Returns: These timeouts, and the other ones where these are `nil`.
  public func merging(_ others: Timeouts) -> Timeouts {
    Timeouts(tcp: tcp ?? others.tcp, tcpFin: tcpFin ?? others.tcpFin, udp: udp ?? others.udp)
  }

  /// The timeouts that are not `nil` here and differ in the others.
  package func changes(from others: Timeouts) -> Timeouts {
    Timeouts(
      tcp: tcp == others.tcp ? nil : tcp, tcpFin: tcpFin == others.tcpFin ? nil : tcpFin,
      udp: udp == others.udp ? nil : udp)
  }
}

extension Timeout: Codable {
  /// Decodes a number of seconds.
  ///
  /// - Throws: `DecodingError`, for a value that no kernel can hold: 0, a negative number, a fraction, or more than 32
  ///   bits. Timeouts above ``longest`` are decoded, because a kernel may hold them.
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
  /// The keys: the names in ``Name``.
  private enum CodingKeys: String, CodingKey {
    case tcp
    case tcpFin = "tcpfin"
    case udp
  }
}

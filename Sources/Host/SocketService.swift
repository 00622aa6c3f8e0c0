// SPDX-License-Identifier: Apache-2.0

public import IPVS

/// The sockets of one service: one that this host offers, or one elsewhere that it uses.
public struct SocketService: Sendable, Hashable {
  /// Which service.
  public let name: Name
  /// How many sockets in each state.
  public internal(set) var counts = SocketCounts()
  /// From where this host connects to a service elsewhere, the most used address first.
  public internal(set) var sources: [Source] = []

  /// A service, by where it is and at which end of the connections.
  public struct Name: Sendable, Hashable {
    /// Where it is; the wildcard address where it is offered at all.
    public let endpoint: Endpoint
    /// Whether it is this host that offers it.
    public let isLocal: Bool

    /// A name with its parts.
    public init(_ endpoint: Endpoint, isLocal: Bool) {
      self.endpoint = endpoint
      self.isLocal = isLocal
    }
  }

  /// An address from which this host connects to one service: no two sockets there can have one port.
  public struct Source: Sendable, Hashable {
    /// The address.
    public let address: InternetAddress
    /// How many ephemeral ports are in use, SYN_SENT and TIME_WAIT aside.
    public let open: Int
    /// How many ephemeral ports are in SYN_SENT.
    public let synSent: Int
    /// How many ephemeral ports are in TIME_WAIT.
    public let timeWait: Int

    /// A source with its parts.
    public init(_ address: InternetAddress, open: Int, synSent: Int = 0, timeWait: Int) {
      self.address = address
      self.open = open
      self.synSent = synSent
      self.timeWait = timeWait
    }

    /// How many ephemeral ports are taken.
    public var ports: Int { open + synSent + timeWait }
  }

  /// Whether it is this host that offers it, also where it was found from its clients' end.
  ///
  /// A connection to a loopback address stays here, and so does one from an address to the same.
  public var isOnThisHost: Bool {
    name.isLocal || name.endpoint.address.isLoopback || sources.contains { $0.address == name.endpoint.address }
  }

  /// A service with its parts.
  public init(_ name: Name, _ counts: SocketCounts = SocketCounts(), sources: [Source] = []) {
    self.name = name
    self.counts = counts
    self.sources = sources
  }
}

extension InternetAddress {
  /// Whether it is one by which a host talks to itself: in 127.0.0.0/8, or ::1.
  package var isLoopback: Bool { isIPv6 ? bits == (0, 1) : bits.low >> 24 == 127 }
}

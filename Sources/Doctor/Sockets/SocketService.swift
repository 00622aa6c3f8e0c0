// SPDX-License-Identifier: Apache-2.0

package import IPVS

/// The sockets of one service, which this host offers, or which it uses elsewhere.
package struct SocketService: Sendable, Hashable {
  /// Which service.
  package let name: Name
  /// How many sockets in each state.
  package internal(set) var counts = SocketCounts()
  /// The addresses from which this host connects to a service elsewhere, the most used one first.
  package internal(set) var sources: [Source] = []

  /// A service: its endpoint, and at which end of the connections this host is.
  package struct Name: Sendable, Hashable {
    /// Its endpoint, with the wildcard address where it is offered at all addresses.
    package let endpoint: Endpoint
    /// Whether this host is the server.
    package let isLocal: Bool
    package init(_ endpoint: Endpoint, isLocal: Bool) {
      self.endpoint = endpoint
      self.isLocal = isLocal
    }
  }

  /// An address from which this host connects to one service: each socket there needs its own port.
  package struct Source: Sendable, Hashable {
    package let address: InternetAddress
    /// How many ephemeral ports are in use, SYN_SENT and TIME_WAIT aside.
    package let open: Int
    /// How many ephemeral ports are in SYN_SENT.
    package let synSent: Int
    /// How many ephemeral ports are in TIME_WAIT.
    package let timeWait: Int
    package init(_ address: InternetAddress, open: Int, synSent: Int = 0, timeWait: Int) {
      self.address = address
      self.open = open
      self.synSent = synSent
      self.timeWait = timeWait
    }

    /// How many ephemeral ports are in use.
    package var ports: Int { open + synSent + timeWait }
  }

  /// Whether this host offers it, also where this host is its client.
  ///
  /// A connection to a loopback address stays here, and so does one from an address to the same.
  package var isOnThisHost: Bool {
    name.isLocal || name.endpoint.address.isLoopback || sources.contains { $0.address == name.endpoint.address }
  }
  package init(_ name: Name, _ counts: SocketCounts = SocketCounts(), sources: [Source] = []) {
    self.name = name
    self.counts = counts
    self.sources = sources
  }
}

extension InternetAddress {
  /// Whether it is a loopback address: in 127.0.0.0/8, or ::1.
  package var isLoopback: Bool { isIPv6 ? bits == (0, 1) : bits.low >> 24 == 127 }
}

/// Which end of a connection is the service, and which is the client.
///
/// TCP itself does not show that later.
package struct ServiceRule: Sendable {
  private let listeners: Listeners
  /// The ports of clients.
  package let ports: EphemeralPorts

  /// The rule for these listeners and these ports of clients.
  package init(_ listeners: Listeners, _ ports: EphemeralPorts) {
    self.listeners = listeners
    self.ports = ports
  }

  /// The service that a socket belongs to.
  ///
  /// A local end at which a program listens is a local service: that is certain. Otherwise it is a client, or the program
  /// that listened has ended. Then the end with an ephemeral port is the client. Where both have one, this host is the
  /// client: as the service it would listen. Where neither has one, the lower port is the service's, because well-known
  /// services have low ports; where they are equal, the other end is the service. The range of the other host is not known
  /// here, so ours is used.
  package func service(of socket: HostSocket) -> SocketService.Name {
    let (local, remote) = (socket.local, socket.remote)
    if let listener = listeners.listener(for: local) { return SocketService.Name(listener, isLocal: true) }
    let isLocal =
      switch (ports.contains(local.port), ports.contains(remote.port)) {
      case (true, _): false
      case (false, true): true
      case (false, false): local.port < remote.port
      }
    return SocketService.Name(isLocal ? local : remote, isLocal: isLocal)
  }
}

/// How many sockets there are in each state.
package struct SocketCounts: Sendable, Hashable {
  /// By the kernel's number of the state.
  private var counts = SIMD16<UInt32>()
  private var notAccepted = UInt32(0)

  /// The number in CLOSE_WAIT that no program has accepted: the kernel made the connection, the other end has closed it,
  /// and the program that listens does not know of it.
  package internal(set) var unaccepted: Int {
    get { Int(notAccepted) }
    set { notAccepted = UInt32(newValue) }
  }
  package init() {}

  /// The number in one state.
  package subscript(_ state: HostSocket.State) -> Int {
    get { Int(counts[Int(state.number)]) }
    set { counts[Int(state.number)] = UInt32(newValue) }
  }

  mutating func add(_ socket: HostSocket) {
    counts[Int(socket.state.number)] &+= 1
    // A socket that its program has closed leaves CLOSE_WAIT, so there an inode is missing only before accept(2).
    if socket.state == .closeWait, socket.inode == 0 { notAccepted &+= 1 }
  }

  /// Adds others.
  package static func += (counts: inout SocketCounts, others: SocketCounts) {
    counts.counts &+= others.counts
    counts.notAccepted &+= others.notAccepted
  }

  /// The number in all states.
  package var total: Int { Int(counts.wrappedSum()) }

  /// The number in states that show that this host closed first, or at least not second.
  package var closedHere: Int { self[.finWait1] + self[.finWait2] + self[.timeWait] }
}

// SPDX-License-Identifier: Apache-2.0

package import IPVS

/// The sockets of one service: one that this host offers, or one elsewhere that it uses.
package struct SocketService: Sendable, Hashable {
  /// Which service.
  package let name: Name
  /// How many sockets in each state.
  package internal(set) var counts = SocketCounts()
  /// From where this host connects to a service elsewhere, the most used address first.
  package internal(set) var sources: [Source] = []

  /// A service, by where it is and at which end of the connections.
  package struct Name: Sendable, Hashable {
    /// Where it is; the wildcard address where it is offered at all.
    package let endpoint: Endpoint
    /// Whether it is this host that offers it.
    package let isLocal: Bool
    package init(_ endpoint: Endpoint, isLocal: Bool) {
      self.endpoint = endpoint
      self.isLocal = isLocal
    }
  }

  /// An address from which this host connects to one service: no two sockets there can have one port.
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

    /// How many ephemeral ports are taken.
    package var ports: Int { open + synSent + timeWait }
  }

  /// Whether it is this host that offers it, also where it was found from its clients' end.
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
  /// Whether it is one by which a host talks to itself: in 127.0.0.0/8, or ::1.
  package var isLoopback: Bool { isIPv6 ? bits == (0, 1) : bits.low >> 24 == 127 }
}

/// Which end of a connection is the service, and which the client; TCP itself does not say so afterwards.
package struct ServiceRule: Sendable {
  private let listeners: Listeners
  /// The ports that clients get.
  package let ports: EphemeralPorts

  /// The rule where these are listened at and clients get these ports.
  package init(_ listeners: Listeners, _ ports: EphemeralPorts) {
    self.listeners = listeners
    self.ports = ports
  }

  /// The service that a socket belongs to.
  ///
  /// A local end at which somebody listens is a local service: that is certain. Where nobody does, because it is a client
  /// or the program that listened has ended, the end with an ephemeral port is the client. Where both have one, this host
  /// is: it would listen, were it the service. Where neither has, the lower port is the service's, as those of well-known
  /// services are low; where they are equal, the other end is the service. What is ephemeral at the other host is not
  /// known here, so our range stands for it.
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

  /// The number of those in CLOSE_WAIT that no program has accepted: the kernel has made the connection, the other end has
  /// closed it, and the program that listens does not know of it.
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
    // What a program has closed is not in CLOSE_WAIT any more, so there an inode is missing only before.
    if socket.state == .closeWait, socket.inode == 0 { notAccepted &+= 1 }
  }

  /// Adds others.
  package static func += (counts: inout SocketCounts, others: SocketCounts) {
    counts.counts &+= others.counts
    counts.notAccepted &+= others.notAccepted
  }

  /// The number in all states.
  package var total: Int { Int(counts.wrappedSum()) }

  /// The number of those that show that this host has closed first, or at least not second.
  package var closedHere: Int { self[.finWait1] + self[.finWait2] + self[.timeWait] }
}

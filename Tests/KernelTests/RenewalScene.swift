// SPDX-License-Identifier: Apache-2.0

import Testing

/// How packets reach the real server in a test of renewals.
struct RenewalPath: CustomTestStringConvertible {
  enum Forwarding: String, CaseIterable { case masquerading, routing, tunnelling }

  let forwarding: Forwarding
  let family: Topology.Family

  static let all = Forwarding.allCases.flatMap { forwarding in
    [Topology.Family.ipv4, .ipv6].map { RenewalPath(forwarding: forwarding, family: $0) }
  }

  var testDescription: String { "\(forwarding.rawValue) \(family.client)" }

  var isMasqueraded: Bool { forwarding == .masquerading }
  var service: String { isMasqueraded ? family.masqueraded : family.routed }
  var server: String { isMasqueraded ? family.server : family.routed }
  var streamPort: UInt16 { isMasqueraded ? 8080 : 80 }
  var datagramPort: UInt16 { isMasqueraded ? 5353 : 53 }

  /// The services, with options for each of them.
  func rules(_ options: String = "") -> String {
    let (virtual, real) = (Topology.Family.written(service), Topology.Family.written(family.server))
    let letter = [Forwarding.masquerading: "m", .routing: "g", .tunnelling: "i"][forwarding] ?? ""
    return """
      -A -t \(virtual):80 -s rr\(options)
      -a -t \(virtual):80 -r \(real):\(streamPort) -\(letter)
      -A -u \(virtual):53 -s rr\(options)
      -a -u \(virtual):53 -r \(real):\(datagramPort) -\(letter)
      """
  }

  /// Makes the topology, with a tunnel from the director to the real server if necessary.
  func with(options: String = "", _ body: @Sendable () async throws -> Void) async throws {
    try await Topology.with(rules: rules(options)) {
      if forwarding == .tunnelling {
        let isIPv6 = family.client.contains(":")
        try await Guest.output(["modprobe", isIPv6 ? "ip6_tunnel" : "ipip"])
        let ends = ["local", family.server, "remote", isIPv6 ? "2001:db8:2::1" : "198.51.100.1"]
        try await Guest.output(
          ["ip", "-n", "server"] + (isIPv6 ? ["-6"] : []) + ["tunnel", "add", "tunnel", "mode"]
            + [isIPv6 ? "ip6ip6" : "ipip"] + ends + ["dev", "director"])
        try await Guest.output(["ip", "-n", "server", "link", "set", "tunnel", "up"])
      }
      try await body()
    }
  }
}

/// Connections that packets have made: port 40001 is established, 40002 in FIN_WAIT, 40003 sends datagrams.
struct RenewalScene {
  let path: RenewalPath
  private let listener: LabSocket
  private let receiver: LabSocket
  private let established: (client: LabSocket, server: LabSocket)
  private let finWait: (client: LabSocket, server: LabSocket)
  private let datagrams: LabSocket

  /// Opens the connections.
  init(_ path: RenewalPath) throws {
    self.path = path
    let listener = try LabSocket(in: Topology.server, at: path.server, path.streamPort).listens()
    func opened(_ port: UInt16) throws -> (client: LabSocket, server: LabSocket) {
      let client = try LabSocket(in: Topology.client, at: path.family.client, port)
      try client.connects(to: path.service, 80)
      return (client, try listener.accepts())
    }
    self.listener = listener
    established = try opened(40001)
    finWait = try opened(40002)
    // With direct routing, the director sees the client's half of a connection only.
    let (first, second) = path.isMasqueraded ? (finWait.server, finWait.client) : (finWait.client, finWait.server)
    try first.ends()
    try second.receives()
    receiver = try LabSocket(in: Topology.server, at: path.server, path.datagramPort, isStream: false)
    datagrams = try LabSocket(in: Topology.client, at: path.family.client, 40003, isStream: false)
    try datagrams.connects(to: path.service, 53)
    try datagrams.sends()
    try receiver.receives()
  }

  /// Sends data on each connection, which must arrive.
  func exchanges() throws {
    try established.client.sends()
    try established.server.receives()
    try established.server.sends()
    try established.client.receives()
    if path.isMasqueraded {
      try finWait.client.sends()
      try finWait.server.receives()
    } else {
      try finWait.server.sends()
      try finWait.client.receives()
    }
    try datagrams.sends()
    try receiver.receives()
  }

  /// Opens ten more connections with each protocol, and closes their sockets.
  func opensTenMore() throws {
    for port: UInt16 in 50_001...50_010 {
      let client = try LabSocket(in: Topology.client, at: path.family.client, port)
      try client.connects(to: path.service, 80)
      _ = try listener.accepts()
      let sender = try LabSocket(in: Topology.client, at: path.family.client, port, isStream: false)
      try sender.connects(to: path.service, 53)
      try sender.sends()
      try receiver.receives()
    }
  }

  /// Sends something on each connection that need not arrive.
  func pokes() throws {
    for socket in [established.client, finWait.client, datagrams] { try socket.sends() }
  }

  /// Waits until the director has reset both streams, because it no longer knows them.
  func areReset() async throws -> Bool {
    try await eventually {
      [established.client, finWait.client].allSatisfy { socket in
        do { try socket.sends() } catch { return true }
        return false
      }
    }
  }

  /// Closes the established connection.
  ///
  /// - Returns: Its last state in the director.
  func closes() throws -> String {
    try established.client.ends()
    try established.server.receives()
    try established.server.ends()
    try established.client.receives()
    return path.isMasqueraded ? "TIME_WAIT" : "FIN_WAIT"
  }
}

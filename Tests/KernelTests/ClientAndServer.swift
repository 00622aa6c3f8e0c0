// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

/// Two hosts on one wire, each a network namespace, with sockets that the test owns.
struct ClientAndServer {
  let client: Namespace
  let server: Namespace

  /// The addresses of both, in one address family.
  struct Addresses: Sendable, CustomTestStringConvertible {
    let client: String
    let server: String
    /// The server's address, in the form that comes before a port.
    let written: String

    static let ipv4 = Addresses(client: "192.0.2.1", server: "192.0.2.9", written: "192.0.2.9")
    static let ipv6 = Addresses(client: "2001:db8::1", server: "2001:db8::9", written: "[2001:db8::9]")

    var testDescription: String { server }
  }

  /// Makes both hosts.
  ///
  /// A test that is `clearingUp` removes them.
  static func made() async throws -> ClientAndServer {
    let hosts = try await Neighbours.add("client", "server")
    let script = """
      link add eth netns client type veth peer name eth netns server
      -n client address add 192.0.2.1/24 dev eth
      -n client address add 2001:db8::1/64 dev eth nodad
      -n server address add 192.0.2.9/24 dev eth
      -n server address add 2001:db8::9/64 dev eth nodad
      -n client link set lo up
      -n server link set lo up
      -n client link set eth up
      -n server link set eth up
      """
    for command in script.split(separator: "\n") {
      try await Guest.output(["ip"] + command.split(separator: " ").map(String.init))
    }
    return ClientAndServer(client: hosts[0], server: hosts[1])
  }

  /// Opens connections, from this port and the ports after it.
  func open(
    _ count: Int, from first: UInt16 = 40_000, to listener: LabSocket, at port: UInt16, _ addresses: Addresses
  ) throws -> [(client: LabSocket, server: LabSocket)] {
    try (0..<UInt16(count)).map { number in
      let socket = try LabSocket(in: client, at: addresses.client, first + number)
      try socket.connects(to: addresses.server, port)
      return (socket, try listener.accepts())
    }
  }

  /// Opens connections that the client closes at once, like a program that never uses a connection twice.
  func leave(
    _ count: Int, from first: UInt16 = 40_000, to listener: LabSocket, at port: UInt16, _ addresses: Addresses
  ) throws {
    for number in 0..<UInt16(count) {
      let server: LabSocket
      do {
        let client = try LabSocket(in: client, at: addresses.client, first + number)
        try client.connects(to: addresses.server, port)
        server = try listener.accepts()
      }
      try server.receives()
    }
  }
}

extension Guest {
  /// The name that the program under test prints for the process of the tests.
  static func ownProgram() async throws -> String {
    let command = try await Guest.output(["cat", "/proc/\(getpid())/comm"]).split(separator: "\n").joined()
    return "\(command) (pid \(getpid()))"
  }
}

// SPDX-License-Identifier: Apache-2.0

import Doctor
import IPVS
import SystemPackage
import Testing

extension RealKernel {
  /// The library's table of sockets, compared with `ss`.
  @Suite(.clearingUp) struct SocketTableTests {
    @Test(arguments: [ClientAndServer.Addresses.ipv4, .ipv6])
    func hasAllSocketsOnce(_ addresses: ClientAndServer.Addresses) async throws {
      let hosts = try await ClientAndServer.made()
      let listener = try LabSocket(in: hosts.server, at: addresses.server, 80).listens()
      // More than fit into one datagram of the kernel.
      try hosts.leave(500, to: listener, at: 80, addresses)
      let open = try hosts.open(20, from: 50_000, to: listener, at: 80, addresses)
      try open[0].server.ends()
      try open[0].client.receives()
      for host in [hosts.client, hosts.server] {
        let sockets = try host.sockets()
        let lines = sockets.map { "\(Self.name(of: $0.state)) \($0.local) \($0.remote)" }
        let oracle = try await host.run("ss", "-Htan").stdout.split(separator: "\n").map { line in
          let words = line.split(separator: " ")
          return "\(words[0]) \(words[3]) \(words[4])"
        }
        #expect(lines.sorted() == oracle.map { $0.replacing(":*", with: ":0") }.sorted())
        let ownerless: Set<HostSocket.State> = [.timeWait]
        #expect(sockets.allSatisfy { ($0.inode == 0) == ownerless.contains($0.state) })
      }
      withExtendedLifetime(open) {}
    }

    @Test func hasOnlyTheRequestedStates() async throws {
      let hosts = try await ClientAndServer.made()
      let listener = try LabSocket(in: hosts.server, at: "192.0.2.9", 80).listens()
      try hosts.leave(5, to: listener, at: 80, .ipv4)
      let open = try hosts.open(2, from: 50_000, to: listener, at: 80, .ipv4)
      #expect(try hosts.client.sockets([.timeWait]).map(\.state) == Array(repeating: .timeWait, count: 5))
      #expect(try hosts.client.sockets([.established]).count == 2)
      #expect(try hosts.server.sockets([.listen]).map(\.local) == [Endpoint(parsing: "192.0.2.9:80")])
      #expect(try hosts.client.sockets([.listen, .closeWait]).isEmpty)
      withExtendedLifetime(open) {}
    }

    @Test func hasIPv4ConnectionsOfAnIPv6Socket() async throws {
      let hosts = try await ClientAndServer.made()
      let listener = try LabSocket(in: hosts.server, at: "::", 80).listens()
      let open = try hosts.open(1, to: listener, at: 80, .ipv4)
      #expect(try hosts.server.sockets([.listen]).map(\.local) == [Endpoint(parsing: "[::]:80")])
      #expect(try hosts.server.sockets([.established]).map(\.local) == [Endpoint(parsing: "192.0.2.9:80")])
      withExtendedLifetime(open) {}
    }

    @Test func failsForANamespaceThatDoesNotExist() {
      #expect(
        throws: IPVSError(.noSuchNamespace, .readSockets, in: .named("nowhere"), errno: .noSuchFileOrDirectory)
      ) {
        _ = try SocketTable(in: .named("nowhere"))
      }
    }

    /// The form that ss(8) prints.
    private static func name(of state: HostSocket.State) -> String {
      state == .established ? "ESTAB" : state.name.replacing("_", with: "-").replacing("WAIT2", with: "WAIT-2")
    }
  }
}

extension Namespace {
  /// Its sockets, as the library reads them.
  fileprivate func sockets(
    _ states: Set<HostSocket.State> = Set(HostSocket.State.allCases)
  ) throws -> [HostSocket] {
    var table = try SocketTable(in: .named(try #require(name)), states: states)
    var sockets: [HostSocket] = []
    while let socket = try table.next() { sockets.append(socket) }
    return sockets
  }
}

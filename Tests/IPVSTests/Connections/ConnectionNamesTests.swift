// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import IPVS

/// Open sets of kernel names: a name has one value, however it was created.
@Suite struct ConnectionNamesTests {
  @Test(
    arguments: [
      ("ESTABLISHED", .established), ("FIN_WAIT", .finWait), ("TIME_WAIT", .timeWait), ("CLOSE_WAIT", .closeWait),
      ("LAST_ACK", .lastAck), ("CLOSE", .close), ("SYN_SENT", .synSent), ("SYN_RECV", .synReceived),
      ("SYNACK", .synAck), ("LISTEN", .listen), ("UDP", .udp), ("ASSURED", .assured), ("NONE", .stateless),
    ] as [(String, Connection.State)])
  func `are states`(name: String, state: Connection.State) {
    #expect(Connection.State(rawValue: name) == state)
    #expect(state.rawValue == name)
    #expect(state.description == name)
    #expect(Set([state, Connection.State(rawValue: name)]).count == 1)
    #expect(Connection.State.known.contains(state))
    // A known state has a number for counting.
    #expect(ConnectionKind(.tcp, state).number != nil)
  }

  @Test(arguments: ["COOKIE", "established", "ESTABLISHED ", "", "N\u{00C4}"])
  func `include states of other kernels`(name: String) {
    let state = Connection.State(rawValue: name)
    #expect(state.rawValue == name)
    #expect(state == Connection.State(rawValue: name))
    #expect(state != .established)
    #expect(ConnectionKind(.tcp, state).number == nil)
  }

  @Test(arguments: [("TCP", .tcp), ("UDP", .udp), ("SCTP", .sctp), ("IP", .any)] as [(String, Connection.Transport)])
  func `are protocols`(name: String, transport: Connection.Transport) {
    #expect(Connection.Transport(rawValue: name) == transport)
    #expect(transport.rawValue == name)
    #expect("\(transport)" == name)
    #expect(Connection.Transport(rawValue: name + "x").rawValue == name + "x")
  }

  @Test func `give each kind its own number`() {
    let kinds = ["TCP", "UDP", "SCTP", "IP"].map(Connection.Transport.init(rawValue:)).flatMap { transport in
      Connection.State.known.prefix(13).flatMap { state in
        [false, true].map { ConnectionKind(transport, state, isTemplate: $0) }
      }
    }
    #expect(Set(kinds.compactMap(\.number)) == Set(0..<ConnectionKind.numbered))
  }

  @Test func `describe a connection on one line`() throws {
    let connection = try Connection.example(.tcp, .established, 60)
    #expect(
      connection.description
        == "TCP \(connection.client) -> \(connection.service) -> \(connection.server) ESTABLISHED 60 s")
    #expect(connection.timeLeft == .seconds(60))
  }
}

// SPDX-License-Identifier: Apache-2.0

import Directors
import Testing

@testable import Doctor
@testable import IPVS

@Suite struct FixedStatesCheckTests {
  private typealias Entry = (Connection.Transport, Connection.State, UInt32)

  private func findings(
    _ states: [(Connection.State, Int)], others: [Entry] = [],
    servers: [ServiceCounts.ServerKind: Int] = [.init(.tcp, .nat): 1]
  ) throws -> [Finding] {
    let entries = states.flatMap { state, count in [Entry](repeating: (.tcp, state, 1), count: count) } + others
    return try FixedStatesCheck().findings(
      on: .example(
        services: .success(ServiceCounts(services: [.tcp: 1], servers: servers)),
        connections: .success(.example(entries))))
  }

  @Test func `needs connections, and many of them`() throws {
    #expect(
      try findings([], others: [(.udp, .udp, 1), (.sctp, .established, 1)])
        == [.ok(.fixedStates, "no TCP connection in IPVS' table")])
    #expect(
      try findings([(.timeWait, 1)])
        == [.ok(.fixedStates, "1 of 1 TCP connection (100 %) is in a state with a timer that the kernel fixes")])
    #expect(
      try findings([(.timeWait, 9)])
        == [.ok(.fixedStates, "9 of 9 TCP connections (100 %) are in states with a timer that the kernel fixes")])
    #expect(try findings([(.timeWait, 10)]).map(\.severity) == [.note])
  }

  @Test func `is content where most are in states that a timeout governs`() throws {
    #expect(
      try findings([(.timeWait, 5), (.established, 3), (.finWait, 2)])
        == [.ok(.fixedStates, "5 of 10 TCP connections (50 %) are in states with a timer that the kernel fixes")])
    #expect(try findings([(.timeWait, 51), (.established, 49)]).map(\.severity) == [.note])
  }

  private static let consequence = "tcpfin does not change them: it governs FIN_WAIT, and TIME_WAIT lasts 120 s"
  private static let pooling = "in the clients, use fewer connections: keep them open and reuse them"

  @Test func `says that NAT ends in TIME_WAIT, and direct routing does not`() throws {
    let fact = "15 of 20 TCP connections (75 %) are in states with a timer that the kernel fixes, most in TIME_WAIT"
    for transport in [Connection.Transport.tcp, .any] {
      #expect(
        try findings(
          [(.timeWait, 14), (.closeWait, 1), (.established, 5)], servers: [.init(transport, .nat): 1]) == [
            .note(
              .fixedStates, fact,
              so:
                "\(Self.consequence); with NAT (Masq) the director sees both ends close, so connections end in"
                + " TIME_WAIT",
              fix: .advice(
                "\(Self.pooling); or use direct routing or a tunnel (ipvsadm -g, -i): there FIN_WAIT is"
                  + " the last state, and tcpfin governs it"))
          ])
    }
    #expect(
      try findings(
        [(.timeWait, 15), (.established, 5)], servers: [.init(.tcp, .directRouting): 1, .init(.udp, .nat): 1])
        == [.note(.fixedStates, fact, so: Self.consequence, fix: .advice(Self.pooling))])
  }

  @Test func `knows other states, too`() throws {
    #expect(
      try findings([(.synReceived, 11), (.timeWait, 3)]) == [
        .note(
          .fixedStates,
          "14 of 14 TCP connections (100 %) are in states with a timer that the kernel fixes, most in"
            + " SYN_RECV",
          so: "no timeout governs them, so setting the timeouts does not change them")
      ])
  }
}

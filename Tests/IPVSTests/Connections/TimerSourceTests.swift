// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import IPVS

/// The sources of timers, as a table.
@Suite struct TimerSourceTests {
  @Test(
    arguments: [
      (.tcp, .established, .timeout(.tcp)),
      (.tcp, .finWait, .timeout(.tcpFin)),
      (.udp, .udp, .timeout(.udp)),
      (.tcp, .timeWait, .fixed(seconds: 120)),
      (.tcp, .synSent, .fixed(seconds: 120)),
      (.tcp, .synAck, .fixed(seconds: 120)),
      (.tcp, .listen, .fixed(seconds: 120)),
      (.tcp, .closeWait, .fixed(seconds: 60)),
      (.tcp, .synReceived, .fixed(seconds: 60)),
      (.tcp, .lastAck, .fixed(seconds: 30)),
      (.tcp, .close, .fixed(seconds: 10)),
      (.tcp, .stateless, .fixed(seconds: 2)),
      (.tcp, .init(rawValue: "NEW_STATE"), .unknown),
      (.tcp, .udp, .unknown),
      (.udp, .established, .unknown),
      (.udp, .init(rawValue: "BUG!"), .unknown),
      (.sctp, .established, .kernel),
      (.sctp, .init(rawValue: "S-ACK-SENT"), .kernel),
      (.init(rawValue: "ESP"), .stateless, .unknown),
      (.init(rawValue: "DCCP"), .established, .unknown),
    ] as [(Connection.Transport, Connection.State, TimerSource)])
  func `depends on protocol and state`(transport: Connection.Transport, state: Connection.State, rule: TimerSource) {
    #expect(TimerSource(for: ConnectionKind(transport, state)) == rule)
    #expect(TimerSource(for: ConnectionKind(transport, state, isTemplate: true)) == .service)
  }
}

// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import IPVS

/// The outdated connections, as a table.
///
/// The timeouts are 60 30 45.
@Suite struct OutdatedRuleTests {
  private static let timeouts = Timeouts(tcp: 60, tcpFin: 30, udp: 45)

  @Test(
    arguments: [
      // A timer at the timeout, or one second below it, has just been set.
      (.tcp, .established, 59, false), (.tcp, .established, 60, false), (.tcp, .established, 61, true),
      (.tcp, .finWait, 30, false), (.tcp, .finWait, 31, true),
      (.udp, .udp, 45, false), (.udp, .udp, 46, true), (.udp, .udp, 0, false),
      // States that no timeout governs.
      (.tcp, .timeWait, 119, false), (.tcp, .synReceived, 899, false), (.tcp, .closeWait, 899, false),
      (.sctp, .established, 899, false), (.udp, .established, 899, false),
      (.init(rawValue: "DCCP"), .established, 899, false),
      (.tcp, .init(rawValue: "NEW_STATE"), 899, false),
    ] as [(Connection.Transport, Connection.State, UInt32, Bool)])
  func `depends on the time left`(
    transport: Connection.Transport, state: Connection.State, seconds: UInt32, isOutdated: Bool
  ) throws {
    let connection = try Connection.example(transport, state, seconds)
    #expect(OutdatedRule(Self.timeouts).isOutdated(connection) == isOutdated)
  }

  @Test func `never applies to a persistence template`() throws {
    for state in [Connection.State.assured, .stateless, .udp] {
      let template = try Connection.example(.udp, state, 899, client: "192.0.2.0:0")
      #expect(template.isTemplate)
      #expect(!OutdatedRule(Self.timeouts).isOutdated(template))
    }
  }

  @Test func `never applies to a protocol that the kernel lacks`() throws {
    #expect(try !OutdatedRule(Timeouts(udp: 45)).isOutdated(.example(.tcp, .established, 899)))
  }

  @Test func `does not apply to connections of the sync daemon while it listens`() throws {
    let brought = try Connection.example(.tcp, .established, 899, origin: .sync)
    #expect(!OutdatedRule(Self.timeouts, hasBackupDaemon: true).isOutdated(brought))
    #expect(OutdatedRule(Self.timeouts, hasBackupDaemon: false).isOutdated(brought))
    let own = try Connection.example(.tcp, .established, 899, origin: .local)
    #expect(OutdatedRule(Self.timeouts, hasBackupDaemon: true).isOutdated(own))
  }

  /// When the time of a connection is over and others depend on it, the kernel gives it another 60 s.
  @Test func `does not apply to an FTP control connection in its extra minute`() throws {
    let rule = OutdatedRule(Timeouts(tcp: 30, tcpFin: 30, udp: 45))
    #expect(try !rule.isOutdated(.example(.tcp, .established, 60, service: "192.0.2.100:21")))
    #expect(try rule.isOutdated(.example(.tcp, .established, 61, service: "192.0.2.100:21")))
    #expect(try rule.isOutdated(.example(.tcp, .established, 60, service: "192.0.2.100:22")))
  }
}

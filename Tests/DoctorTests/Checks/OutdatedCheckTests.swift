// SPDX-License-Identifier: Apache-2.0

import Directors
import Testing

@testable import Doctor
@testable import IPVS

@Suite struct OutdatedCheckTests {
  private func findings(
    _ summary: ConnectionSummary, in namespace: NetworkNamespace = .current,
    daemons: SyncDaemons = SyncDaemons(hasMaster: false, backup: nil)
  ) throws -> [Finding] {
    try OutdatedCheck().findings(
      on: .example(connections: .success(summary), namespace: namespace, daemons: daemons))
  }

  @Test func `finds none`() throws {
    let ok = [Finding.ok(.outdated, "no connection is outdated (still on the old timer)")]
    #expect(try findings(.example([])) == ok)
    #expect(try findings(.example([(.tcp, .established, 60), (.tcp, .timeWait, 119), (.udp, .udp, 45)])) == ok)
  }

  @Test func `counts them by timeout, and says when the last one ends`() throws {
    let summary = ConnectionSummary.example([
      (.tcp, .established, 899), (.tcp, .established, 61), (.tcp, .established, 12), (.udp, .udp, 299),
      (.tcp, .timeWait, 119),
    ])
    #expect(
      try findings(summary) == [
        .note(
          .outdated,
          "3 connections are outdated (still on the old timer): 2 of tcp, 1 of udp; the last silent one"
            + " ends in 14m59s to 15m41s",
          so:
            "each gets today's timeout at its next packet; an idle one ends when its old timer does, or up to an eighth"
            + " later",
          fix: .command("ipvs-timeout renew"))
      ])
    let one = try #require(try findings(.example([(.tcp, .finWait, 31)]), in: .named("blue")).first)
    #expect(
      one.fact
        == "1 connection is outdated (still on the old timer): 1 of tcpfin; the last silent one ends in 31s to 38s")
    #expect(one.fix == .command("ipvs-timeout renew --netns blue"))
  }

  @Test func `offers no renewal where a backup daemon runs`() throws {
    let daemons = SyncDaemons(hasMaster: false, backup: SyncDaemons.Backup(interface: "eth0", syncID: 1))
    let finding = try #require(try findings(.example([(.tcp, .finWait, 31)]), daemons: daemons).first)
    #expect(
      finding.fix == .advice("nothing to do; to wait until none is left: `ipvs-timeout connections --wait`"))
  }

  @Test func `reports connections of another director by themselves`() throws {
    #expect(
      try findings(.example([(.tcp, .established, 899)], origin: .sync)) == [
        .ok(.outdated, "no connection is outdated (still on the old timer)"),
        .note(
          .outdated, "1 connection from the sync daemon has a longer timer",
          so: "the timer comes from the director that sent the connection; its timeouts are longer",
          fix: .advice("on that director: `ipvs-timeout set 60 30 45`")),
      ])
  }
}

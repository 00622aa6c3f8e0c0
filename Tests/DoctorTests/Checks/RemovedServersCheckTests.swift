// SPDX-License-Identifier: Apache-2.0

import IPVS
import Testing

@testable import Doctor

@Suite struct RemovedServersCheckTests {
  private func finding(_ lost: LostConnections, _ settings: [KernelSetting: String] = [:]) throws -> Finding? {
    try RemovedServersCheck().findings(on: .example(lost: lost, settings: settings)).first
  }

  @Test func `finds none`() throws {
    #expect(try finding(LostConnections()) == .ok(.removedServers, "no connection goes to a removed real server"))
  }

  @Test func `says that no timeout ends them, and which setting does`() throws {
    let lost = LostConnections(count: 3, outdated: 0, lastEnd: 299, latestEnd: 306)
    #expect(
      try finding(lost)
        == .note(
          .removedServers,
          "3 connections go to real servers that their service no longer has; the last one ends in 4m59s to 5m6s",
          so: "IPVS drops their packets, which restart no timer; shorter timeouts do not end them sooner",
          fix: .advice("to end them at their next packet: `sysctl -w net.ipv4.vs.expire_nodest_conn=1`")))
    #expect(try finding(lost, [.expireNodestConn: "0"])?.severity == .note)
    #expect(try finding(lost, [.expireNodestConn: "1"])?.severity == .ok)
  }

  @Test func `are the exception of outdated connections`() throws {
    let facts = DirectorFacts.example(
      connections: .success(.example([(.udp, .udp, 299)])), lost: LostConnections(count: 1, outdated: 1, lastEnd: 299))
    #expect(
      try OutdatedCheck().findings(on: facts).first?.consequence
        == "each gets today's timeout at its next packet, except 1 to removed real servers; an idle one ends when its old"
        + " timer does, or up to an eighth later")
  }
}

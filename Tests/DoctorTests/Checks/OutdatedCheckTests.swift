// SPDX-License-Identifier: Apache-2.0

import Directors
import Testing

@testable import Doctor
@testable import IPVS

@Suite struct OutdatedCheckTests {
  private func findings(_ summary: ConnectionSummary, in namespace: NetworkNamespace = .current) throws -> [Finding] {
    try OutdatedCheck().findings(on: .example(connections: .success(summary), namespace: namespace))
  }

  @Test func `finds none`() throws {
    let ok = [Finding.ok(.outdated, "no connection is outdated")]
    #expect(try findings(.example([])) == ok)
    #expect(try findings(.example([(.tcp, .established, 60), (.tcp, .timeWait, 119), (.udp, .udp, 45)])) == ok)
  }

  @Test func `counts them by what rules them, and says when the last ends`() throws {
    let summary = ConnectionSummary.example([
      (.tcp, .established, 899), (.tcp, .established, 61), (.tcp, .established, 12), (.udp, .udp, 299),
      (.tcp, .timeWait, 119),
    ])
    #expect(
      try findings(summary) == [
        .note(
          .outdated, "3 connections are still on a longer timer (2 by tcp, 1 by udp), and the last ends in 14m59s",
          so: "each takes today's timeout with its next packet; without one, it ends when its old timer does",
          fix: .command("ipvs-timeout connections --wait"))
      ])
    let one = try #require(try findings(.example([(.tcp, .finWait, 31)]), in: .named("blue")).first)
    #expect(one.fact == "1 connection is still on a longer timer (1 by tcpfin), and the last ends in 31s")
    #expect(one.fix == "ipvs-timeout connections --wait --netns blue")
  }

  @Test func `tells those of another director apart`() throws {
    #expect(
      try findings(.example([(.tcp, .established, 899)], origin: .sync)) == [
        .ok(.outdated, "no connection is outdated"),
        .note(
          .outdated, "1 connection from the sync daemon is on a longer timer",
          so: "their timers are those of the director that told of them, whose timeouts are longer",
          fix: .advice("on that director: ipvs-timeout set 60 30 45")),
      ])
  }
}

// SPDX-License-Identifier: Apache-2.0

import IPVS
import Testing

@testable import Doctor

@Suite struct PersistenceCheckTests {
  private func finding(_ services: String, _ timeouts: Timeouts = .kernelDefault) throws -> Finding? {
    try PersistenceCheck().findings(
      on: .example(timeouts: timeouts, serviceTable: .reading(services))
    ).first
  }

  @Test func `is no finding where it is shorter, or there is none`() throws {
    #expect(try finding("TCP C0000264:0050 rr\n") == .ok(.persistence, "no service is persistent"))
    #expect(
      try finding("TCP C0000264:0050 rr persistent 36000 FFFFFFFF\n")
        == .ok(.persistence, "1 persistent service, such as TCP 192.0.2.100:80 (360 s)"))
    // No timeout governs SCTP, so none is shorter.
    #expect(try finding("SCTP C0000264:0050 rr persistent 360000 FFFFFFFF\n")?.severity == .ok)
  }

  @Test func `keeps clients longer than the timeouts`() throws {
    #expect(
      try finding("TCP C0000264:0050 rr persistent 36000 FFFFFFFF\n", Timeouts(tcp: 60, tcpFin: 30, udp: 60))
        == .note(
          .persistence,
          "TCP 192.0.2.100:80 keeps a client at its real server for 6m (-p 360), longer than its timeouts",
          so: "a client comes back to the same real server until then, whatever the timeouts are",
          fix: .advice("if clients should move sooner, give the service a shorter -p (ipvsadm -E)")))
    let udp = "UDP C0000264:0035 rr persistent 36000 FFFFFFFF\n"
    #expect(try finding(udp, Timeouts(tcp: 900, tcpFin: 120, udp: 60))?.severity == .note)
    #expect(try finding(udp, Timeouts(tcp: 60, tcpFin: 30, udp: 360))?.severity == .ok)
  }
}

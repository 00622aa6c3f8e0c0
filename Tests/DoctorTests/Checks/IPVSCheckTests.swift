// SPDX-License-Identifier: Apache-2.0

import Directors
import IPVS
import SystemPackage
import Testing

@testable import Doctor

@Suite struct IPVSCheckTests {
  @Test func `says by which way IPVS answers`() {
    #expect(IPVSCheck().findings(on: .example()) == [.ok(.ipvs, "IPVS answers via netlink")])
  }

  @Test func `says why it is not the usual way, and what brings that back`() {
    let reason = IPVSError(.moduleNotLoaded, .open, errno: .noSuchFileOrDirectory)
    #expect(
      IPVSCheck().findings(on: .example(fallback: .taken(from: .netlink, to: .ipvsadm, because: reason))) == [
        .note(
          .ipvs, "IPVS answers only via the program ipvsadm, not via netlink: \(reason.sentence)",
          so: "the timeouts are those of the system that this program talks to, and each reading starts it",
          fix: .command("modprobe -v ip_vs"))
      ])
  }
}

// SPDX-License-Identifier: Apache-2.0

import IPVS
import Testing

@testable import Doctor

@Suite struct TimeoutsCheckTests {
  @Test func `reports them, and whether somebody has set them`() {
    #expect(TimeoutsCheck().findings(on: .example()) == [.ok(.timeouts, "tcp 60 s, tcpfin 30 s, udp 45 s")])
    #expect(
      TimeoutsCheck().findings(on: .example(timeouts: .kernelDefault)) == [
        .ok(.timeouts, "tcp 900 s, tcpfin 120 s, udp 300 s: the kernel's defaults")
      ])
  }

  @Test(arguments: [
    (Timeouts(tcp: 60, tcpFin: 30), "tcp 60 s, tcpfin 30 s, no udp timeout in this kernel"),
    (Timeouts(udp: 45), "udp 45 s, no tcp and tcpfin timeout in this kernel"),
    (Timeouts(), "no tcp, tcpfin and udp timeout in this kernel"),
  ])
  func `says which are not in this kernel`(timeouts: Timeouts, fact: String) {
    #expect(
      TimeoutsCheck().findings(on: .example(timeouts: timeouts)) == [
        .note(.timeouts, fact, so: "the kernel was built without that protocol, and balances none of its connections")
      ])
  }
}

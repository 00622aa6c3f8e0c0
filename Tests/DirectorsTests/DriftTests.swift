// SPDX-License-Identifier: Apache-2.0

import Directors
import IPVS
import Testing

@Suite struct DriftTests {
  @Test(
    arguments: [
      (Timeouts.kernelDefault, Timeouts(), []),
      (.kernelDefault, .kernelDefault, []),
      (.kernelDefault, Timeouts(tcp: 900), []),
      (.kernelDefault, Timeouts(tcp: 901), [Drift(.tcp, actual: 900, wanted: 901)]),
      (.kernelDefault, Timeouts(tcpFin: 30), [Drift(.tcpFin, actual: 120, wanted: 30)]),
      (.kernelDefault, Timeouts(tcp: 900, udp: 5), [Drift(.udp, actual: 300, wanted: 5)]),
      (
        .kernelDefault, Timeouts(tcp: 60, tcpFin: 30, udp: 60),
        [
          Drift(.tcp, actual: 900, wanted: 60), Drift(.tcpFin, actual: 120, wanted: 30),
          Drift(.udp, actual: 300, wanted: 60),
        ]
      ),
      (Timeouts(tcp: 900, tcpFin: 120), Timeouts(udp: 60), [Drift(.udp, actual: nil, wanted: 60)]),
      (Timeouts(), Timeouts(), []),
    ] as [(Timeouts, Timeouts, [Drift])])
  func `consists of named timeouts that differ`(actual: Timeouts, wanted: Timeouts, drift: [Drift]) {
    #expect(actual.drift(from: wanted) == drift)
  }
}

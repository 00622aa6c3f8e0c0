// SPDX-License-Identifier: Apache-2.0

import IPVS
import Testing

@Suite struct TimeoutsTests {
  @Test func `start with the kernel's defaults`() {
    #expect(Timeouts.kernelDefault == Timeouts(tcp: 900, tcpFin: 120, udp: 300))
  }

  @Test func `that are not named are nil`() {
    #expect(Timeouts() == Timeouts(tcp: nil, tcpFin: nil, udp: nil))
    #expect(Timeouts(udp: 5).tcp == nil)
    #expect(Timeouts(udp: 5).tcpFin == nil)
  }

  @Test func `have their names in the order of ipvsadm`() {
    #expect(Timeouts.Name.allCases.map(\.rawValue) == ["tcp", "tcpfin", "udp"])
  }

  @Test(arguments: zip(Timeouts.Name.allCases, [1, 2, 3] as [Timeout]))
  func `are read by name`(name: Timeouts.Name, expected: Timeout) {
    #expect(Timeouts(tcp: 1, tcpFin: 2, udp: 3)[name] == expected)
  }

  @Test(
    arguments: zip(Timeouts.Name.allCases, [Timeouts(tcp: 60), Timeouts(tcpFin: 60), Timeouts(udp: 60)]))
  func `are written by name, without touching the others`(name: Timeouts.Name, expected: Timeouts) {
    var timeouts = Timeouts()
    timeouts[name] = 60
    #expect(timeouts == expected)
    timeouts[name] = nil
    #expect(timeouts == Timeouts())
  }

  @Test(arguments: [
    (Timeouts(), Timeouts(), Timeouts()),
    (Timeouts(), .kernelDefault, .kernelDefault),
    (.kernelDefault, Timeouts(), .kernelDefault),
    (Timeouts(tcp: 60), .kernelDefault, Timeouts(tcp: 60, tcpFin: 120, udp: 300)),
    (Timeouts(tcpFin: 30, udp: 60), .kernelDefault, Timeouts(tcp: 900, tcpFin: 30, udp: 60)),
    (Timeouts(tcp: 1, tcpFin: 2, udp: 3), .kernelDefault, Timeouts(tcp: 1, tcpFin: 2, udp: 3)),
    (Timeouts(tcp: 60), Timeouts(udp: 5), Timeouts(tcp: 60, udp: 5)),
  ])
  func `are filled in from others where they are nil`(some: Timeouts, others: Timeouts, expected: Timeouts) {
    #expect(some.merging(others) == expected)
  }

  @Test(arguments: [
    (Timeouts(), Timeouts(), Timeouts()),
    (Timeouts(), .kernelDefault, Timeouts()),
    (.kernelDefault, .kernelDefault, Timeouts()),
    (.kernelDefault, Timeouts(), .kernelDefault),
    (Timeouts(tcp: 60, tcpFin: 120, udp: 300), .kernelDefault, Timeouts(tcp: 60)),
    (Timeouts(tcp: 900, tcpFin: 30, udp: 300), .kernelDefault, Timeouts(tcpFin: 30)),
    (Timeouts(tcp: 900, tcpFin: 120, udp: 60), .kernelDefault, Timeouts(udp: 60)),
    (Timeouts(udp: 300), .kernelDefault, Timeouts()),
    (Timeouts(udp: 5), Timeouts(tcp: 5), Timeouts(udp: 5)),
  ])
  func `differ from others where they are named and different`(
    some: Timeouts, others: Timeouts, expected: Timeouts
  ) {
    #expect(some.changes(from: others) == expected)
  }
}

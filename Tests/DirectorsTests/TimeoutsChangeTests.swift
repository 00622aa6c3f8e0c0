// SPDX-License-Identifier: Apache-2.0

import Directors
import IPVS
import Testing

@Suite struct TimeoutsChangeTests {
  @Test func `a change that took effect has no drift`() {
    let change = TimeoutsChange(
      wanted: Timeouts(udp: 60), before: .kernelDefault, after: Timeouts(tcp: 900, tcpFin: 120, udp: 60))
    #expect(change.isChanged)
    #expect(change.drift == [])
    #expect(!change.isDryRun)
  }

  @Test func `setting the current values is not a change`() {
    let change = TimeoutsChange(wanted: Timeouts(tcp: 900), before: .kernelDefault, after: .kernelDefault)
    #expect(!change.isChanged)
    #expect(change.drift == [])
  }

  @Test func `a change that did not take effect is drift`() {
    let change = TimeoutsChange(wanted: Timeouts(tcp: 60), before: .kernelDefault, after: .kernelDefault)
    #expect(!change.isChanged)
    #expect(change.drift == [Drift(.tcp, actual: 900, wanted: 60)])
  }

  @Test func `a change by another program counts as changed, and is drift only where a value was named`() {
    let change = TimeoutsChange(
      wanted: Timeouts(tcp: 900), before: .kernelDefault, after: Timeouts(tcp: 900, tcpFin: 120, udp: 5))
    #expect(change.isChanged)
    #expect(change.drift == [])
  }

  @Test func `a dry run predicts the result`() {
    let change = TimeoutsChange(
      wanted: Timeouts(udp: 60), before: .kernelDefault, after: Timeouts(udp: 60).merging(.kernelDefault),
      isDryRun: true)
    #expect(change.isDryRun)
    #expect(change.isChanged)
    #expect(change.drift == [])
  }

  @Test(
    arguments: [
      (Timeouts(udp: 60), Timeouts.kernelDefault, false, ["udp is 300 s, wanted 60 s"]),
      (
        Timeouts(tcp: 60, tcpFin: 30, udp: 60), Timeouts(tcp: 900, tcpFin: 30), false,
        ["tcp is 900 s, wanted 60 s", "udp is not in this kernel, wanted 60 s"]
      ),
      // The wanted values, no wanted values, nothing sent.
      (Timeouts(udp: 300), .kernelDefault, false, nil),
      (Timeouts(), .kernelDefault, false, nil),
      (Timeouts(udp: 60), .kernelDefault, true, nil),
    ] as [(Timeouts, Timeouts, Bool, [String]?)])
  func `a mismatch is a value that was sent and not read back`(
    wanted: Timeouts, after: Timeouts, isDryRun: Bool, drift: [String]?
  ) {
    let change = TimeoutsChange(wanted: wanted, before: .kernelDefault, after: after, isDryRun: isDryRun)
    for (namespace, place) in [
      (.current, "this network namespace"), (.named("blue"), "the network namespace blue"),
    ] as [(NetworkNamespace, String)] {
      #expect(
        change.mismatch?.sentence(in: namespace)
          == drift.map { drift in
            "the timeouts in \(place) differ from the values just set: \(drift.joined(separator: ", ")); another program may"
              + " have changed them (keepalived, kube-proxy, kube-router: set them there, too), or the kernel lacks the protocol"
          })
    }
  }
}

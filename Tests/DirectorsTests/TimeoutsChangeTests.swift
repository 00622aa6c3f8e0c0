// SPDX-License-Identifier: Apache-2.0

import Directors
import IPVS
import Testing

@Suite struct TimeoutsChangeTests {
  @Test func `what was set is a change without drift`() {
    let change = TimeoutsChange(
      wanted: Timeouts(udp: 60), before: .kernelDefault, after: Timeouts(tcp: 900, tcpFin: 120, udp: 60))
    #expect(change.isChanged)
    #expect(change.drift == [])
    #expect(!change.isDryRun)
  }

  @Test func `what was already so is no change`() {
    let change = TimeoutsChange(wanted: Timeouts(tcp: 900), before: .kernelDefault, after: .kernelDefault)
    #expect(!change.isChanged)
    #expect(change.drift == [])
  }

  @Test func `what did not take is drift`() {
    let change = TimeoutsChange(wanted: Timeouts(tcp: 60), before: .kernelDefault, after: .kernelDefault)
    #expect(!change.isChanged)
    #expect(change.drift == [Drift(.tcp, actual: 900, wanted: 60)])
  }

  @Test func `what another program wrote meanwhile counts as changed, and is no drift where it was not named`() {
    let change = TimeoutsChange(
      wanted: Timeouts(tcp: 900), before: .kernelDefault, after: Timeouts(tcp: 900, tcpFin: 120, udp: 5))
    #expect(change.isChanged)
    #expect(change.drift == [])
  }

  @Test func `a dry run says what would be`() {
    let change = TimeoutsChange(
      wanted: Timeouts(udp: 60), before: .kernelDefault, after: Timeouts(udp: 60).merging(.kernelDefault),
      isDryRun: true)
    #expect(change.isDryRun)
    #expect(change.isChanged)
    #expect(change.drift == [])
  }
}

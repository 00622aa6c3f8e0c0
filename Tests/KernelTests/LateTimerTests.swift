// SPDX-License-Identifier: Apache-2.0

import IPVS
import Linux
import Testing

extension RealKernel {
  /// The kernel's timers end late, and never early.
  @Suite struct LateTimerTests {
    private let director = Topology.director

    /// A UDP entry of 8 s is on a grid of 0.64 s with 100 ticks in a second.
    @Test func endsNotBeforeItsTimeout() async throws {
      let rules = "-A -u 192.0.2.100:514 -s rr\n-a -u 192.0.2.100:514 -r 198.51.100.2:514 -m"
      try await Topology.with(rules: rules) {
        let server = try LabSocket(in: Topology.server, at: "198.51.100.2", 514, isStream: false)
        let client = try LabSocket(in: Topology.client, at: "192.0.2.2", 5514, isStream: false)
        try await director.set(900, 120, 8)
        try client.connects(to: "192.0.2.100", 514)
        let begin = ContinuousClock.now
        try client.sends()
        try server.receives()
        #expect(try await eventually { try await director.connectionRows().isEmpty })
        #expect(ContinuousClock.now - begin >= .seconds(8))
      }
    }

    /// The clock that moves with the kernel's ticks is as coarse as its configuration says.
    @Test func knowsTheTicksOfTheKernel() async throws {
      let tick = try #require(TimerWheel.current.ticksPerSecond)
      let longest = try #require(TimerWheel.current.longestTimeout)
      let client = try Namespace.current.inside { try Client() }
      try client.setTimeouts(Timeouts(udp: Timeout(held: longest)))
      #expect(throws: IPVSError.self) { try client.setTimeouts(Timeouts(udp: Timeout(held: longest + 1))) }
      #expect(try client.timeouts().udp == Timeout(held: longest), "\(tick) ticks")
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

import Directors
import IPVS
import Testing

/// What is put back, and what is left because somebody else has changed it.
@Suite struct RollbackPlanTests {
  private static let before = Timeouts(tcp: 900, tcpFin: 120, udp: 300)

  @Test(
    arguments: [
      // Nobody has touched anything.
      (Timeouts(tcp: 60, tcpFin: 30, udp: 60), Timeouts(tcp: 60, tcpFin: 30, udp: 60), before, Timeouts()),
      // What was not named is not ours.
      (Timeouts(tcp: 60), Timeouts(tcp: 60, tcpFin: 7, udp: 8), Timeouts(tcp: 900), Timeouts()),
      // What was so already when it was set has been changed by somebody else, too.
      (Timeouts(tcp: 900, udp: 60), Timeouts(tcp: 7, tcpFin: 120, udp: 60), Timeouts(udp: 300), Timeouts(tcp: 7)),
      (Timeouts(tcp: 900, udp: 60), Timeouts(tcp: 900, tcpFin: 7, udp: 60), Timeouts(udp: 300), Timeouts()),
      // Somebody else's value stays; ours goes.
      (
        Timeouts(tcp: 60, tcpFin: 30, udp: 60), Timeouts(tcp: 60, tcpFin: 77, udp: 60), Timeouts(tcp: 900, udp: 300),
        Timeouts(tcpFin: 77)
      ),
      (
        Timeouts(tcp: 60, tcpFin: 30, udp: 60), Timeouts(tcp: 1, tcpFin: 2, udp: 3), Timeouts(),
        Timeouts(tcp: 1, tcpFin: 2, udp: 3)
      ),
      // Somebody has put it back already.
      (
        Timeouts(tcp: 60, tcpFin: 30, udp: 60), Timeouts(tcp: 900, tcpFin: 30, udp: 300), Timeouts(tcpFin: 120),
        Timeouts()
      ),
      (Timeouts(tcp: 60, tcpFin: 30, udp: 60), before, Timeouts(), Timeouts()),
      (Timeouts(), Timeouts(tcp: 1, tcpFin: 2, udp: 3), Timeouts(), Timeouts()),
    ] as [(Timeouts, Timeouts, Timeouts, Timeouts)])
  func `of timeouts`(set: Timeouts, now: Timeouts, restored: Timeouts, left: Timeouts) {
    let plan = RollbackPlan(before: Self.before, set: set, now: now)
    #expect(plan.restored == restored)
    #expect(plan.left == left)
  }

  @Test func `a protocol that the kernel lacks has nothing to put back`() {
    let before = Timeouts(tcp: 900, tcpFin: 120)
    let plan = RollbackPlan(before: before, set: Timeouts(tcp: 60, udp: 5), now: Timeouts(tcp: 60, tcpFin: 120))
    #expect(plan.restored == Timeouts(tcp: 900))
    #expect(plan.left == Timeouts())
  }

  @Test func `what is kept is left where somebody else has changed it`() {
    let set = Timeouts(tcp: 60, udp: 5)
    #expect(RollbackPlan(keeping: set, now: Timeouts(tcp: 60, tcpFin: 7, udp: 5)).left == Timeouts())
    let plan = RollbackPlan(keeping: set, now: Timeouts(tcp: 61, tcpFin: 120, udp: 5))
    #expect(plan.left == Timeouts(tcp: 61))
    #expect(plan.restored == Timeouts())
  }
}

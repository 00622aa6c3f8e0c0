// SPDX-License-Identifier: Apache-2.0

import Directors
import IPVS
import Testing

/// The timeouts that are restored, and the timeouts that are kept because another program has changed them.
@Suite struct RollbackPlanTests {
  private static let before = Timeouts(tcp: 900, tcpFin: 120, udp: 300)

  @Test(
    arguments: [
      // Nothing was changed by others.
      (Timeouts(tcp: 60, tcpFin: 30, udp: 60), Timeouts(tcp: 60, tcpFin: 30, udp: 60), before, Timeouts()),
      // A timeout that the trial does not name does not belong to it.
      (Timeouts(tcp: 60), Timeouts(tcp: 60, tcpFin: 7, udp: 8), Timeouts(tcp: 900), Timeouts()),
      // A timeout that had the wanted value already, and was changed by another program later.
      (Timeouts(tcp: 900, udp: 60), Timeouts(tcp: 7, tcpFin: 120, udp: 60), Timeouts(udp: 300), Timeouts(tcp: 7)),
      (Timeouts(tcp: 900, udp: 60), Timeouts(tcp: 900, tcpFin: 7, udp: 60), Timeouts(udp: 300), Timeouts()),
      // A value of another program is kept, a value of the trial is restored.
      (
        Timeouts(tcp: 60, tcpFin: 30, udp: 60), Timeouts(tcp: 60, tcpFin: 77, udp: 60), Timeouts(tcp: 900, udp: 300),
        Timeouts(tcpFin: 77)
      ),
      (
        Timeouts(tcp: 60, tcpFin: 30, udp: 60), Timeouts(tcp: 1, tcpFin: 2, udp: 3), Timeouts(),
        Timeouts(tcp: 1, tcpFin: 2, udp: 3)
      ),
      // Another program has restored it already.
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

  @Test func `a protocol that the kernel lacks has nothing to restore`() {
    let before = Timeouts(tcp: 900, tcpFin: 120)
    let plan = RollbackPlan(before: before, set: Timeouts(tcp: 60, udp: 5), now: Timeouts(tcp: 60, tcpFin: 120))
    #expect(plan.restored == Timeouts(tcp: 900))
    #expect(plan.left == Timeouts())
  }

  @Test func `a kept timeout is left if another program has changed it`() {
    let set = Timeouts(tcp: 60, udp: 5)
    #expect(RollbackPlan(keeping: set, now: Timeouts(tcp: 60, tcpFin: 7, udp: 5)).left == Timeouts())
    let plan = RollbackPlan(keeping: set, now: Timeouts(tcp: 61, tcpFin: 120, udp: 5))
    #expect(plan.left == Timeouts(tcp: 61))
    #expect(plan.restored == Timeouts())
  }
}

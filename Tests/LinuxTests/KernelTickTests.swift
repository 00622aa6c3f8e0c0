// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Linux

@Suite struct KernelTickTests {
  @Test(
    arguments: [
      (10_000_000, 100), (4_000_000, 250), (3_333_333, 300), (1_000_000, 1000), (976_563, 1024),
      // A clock that does not move with ticks.
      (1, nil), (0, nil), (-1, nil), (999_999_999, nil),
    ] as [(Int, UInt32?)])
  func `is counted, or not known`(nanoseconds: Int, ticks: UInt32?) {
    #expect(KernelTick.ticks(of: nanoseconds) == ticks)
  }
}

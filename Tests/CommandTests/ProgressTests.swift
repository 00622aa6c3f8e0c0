// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ipvs_timeout

@Suite struct ProgressTests {
  @Test(
    arguments: [
      (0, 60, 0), (1, 60, 0), (2, 60, 1), (30, 60, 15), (59, 60, 29), (60, 60, 30),
      (0, 1, 0), (1, 1, 30), (1, 3, 10), (999, 1000, 29), (1000, 1000, 30),
      // No work is finished work.
      (0, 0, 0),
    ])
  func `is as long as the finished work`(done: Int, total: Int, filled: Int) {
    let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 30 - filled)
    #expect(Progress.bar(done, of: total) == "[\(bar)]")
  }
}

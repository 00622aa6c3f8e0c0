// SPDX-License-Identifier: Apache-2.0

import IPVS
import Testing

@Suite struct TimeoutTests {
  @Test(arguments: [1, 2, 900, 2_678_399, 2_678_400])
  func `is from 1 to 2 678 400 seconds`(seconds: Int) throws {
    #expect(try #require(Timeout(seconds: seconds)).seconds == UInt32(seconds))
  }

  @Test(arguments: [Int.min, -1, 0, 2_678_401, Int(UInt32.max), Int(UInt32.max) + 1, Int(UInt32.max) + 2, Int.max])
  func `refuses any other number`(seconds: Int) {
    #expect(Timeout(seconds: seconds) == nil)
  }

  @Test(arguments: [(1, 1), (2_678_400, 2_678_400), (2_678_401, 2_678_401), (UInt32.max, UInt32.max), (0, nil)])
  func `in a kernel it may be longer, but never 0`(seconds: UInt32, held: UInt32?) {
    #expect(Timeout(held: seconds)?.seconds == held)
  }

  @Test func `the longest is 31 days`() {
    #expect(Timeout.longest == Timeout(seconds: 31 * 24 * 60 * 60))
    #expect(Timeout(seconds: Int(Timeout.longest.seconds) + 1) == nil)
  }

  @Test func `can be written as a literal`() {
    let shortest: Timeout = 1
    let longest: Timeout = 2_678_400
    #expect(shortest.seconds == 1)
    #expect(longest.seconds == 2_678_400)
  }

  @Test func `the literal 0 traps`() async {
    await #expect(processExitsWith: .failure) { _ = 0 as Timeout }
  }

  @Test func `a literal beyond the range traps`() async {
    await #expect(processExitsWith: .failure) { _ = 2_678_401 as Timeout }
  }

  @Test func `is ordered by length`() {
    let timeouts: [Timeout] = [300, 1, 2_678_400, 120]
    #expect(timeouts.sorted() == [1, 120, 300, 2_678_400])
    #expect(!((60 as Timeout) < 60))
  }
}

// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Linux
import Testing

@Suite struct ThreadWithTimeoutTests {
  @Test func `returns the result of the work`() throws {
    #expect(try ThreadWithTimeout.run(within: .seconds(30)) { 42 } == 42)
  }

  @Test func `does not wait for work that hangs`() {
    let never = DispatchSemaphore(value: 0)
    let duration = ContinuousClock().measure {
      #expect(throws: ThreadWithTimeout.Obstacle.timedOut) {
        try ThreadWithTimeout.run(within: .milliseconds(50)) { never.wait() }
      }
    }
    #expect(duration >= .milliseconds(50))
    never.signal()
  }

  @Test func `runs many at the same time`() async {
    let sum = await withTaskGroup(of: Int.self) { group in
      for number in 1...50 {
        group.addTask { (try? ThreadWithTimeout.run(within: .seconds(30)) { number }) ?? 0 }
      }
      return await group.reduce(0, +)
    }
    #expect(sum == 1275)
  }
}

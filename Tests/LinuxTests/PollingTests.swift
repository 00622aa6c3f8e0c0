// SPDX-License-Identifier: Apache-2.0

import Linux
import Testing

/// Checks a condition until it holds or the time is over.
@Suite struct PollingTests {
  @Test func `a value that is there is found at once, also when the time is over`() {
    for end in [nil, .now, .now - .seconds(9), .now + .seconds(9)] as [ContinuousClock.Instant?] {
      var looks = 0
      let value = poll(until: end, every: .seconds(9)) { _ in
        looks += 1
        return 42
      }
      #expect(value == 42 && looks == 1)
    }
  }

  @Test func `it checks until the value is there`() {
    var looks = 0
    let value = poll(until: nil, every: .milliseconds(1), upTo: .milliseconds(2)) { isLast in
      #expect(!isLast)
      looks += 1
      return looks == 5 ? looks : nil
    }
    #expect(value == 5)
  }

  @Test func `the last check is when the time is over`() {
    let start = ContinuousClock.now
    var last: [Bool] = []
    let value: Int? = poll(until: start + .milliseconds(50), every: .milliseconds(20)) { isLast in
      #expect(isLast == (start.duration(to: .now) >= .milliseconds(50)) || !isLast)
      last.append(isLast)
      return nil
    }
    #expect(value == nil && last.last == true && last.dropLast().allSatisfy { !$0 })
    #expect(start.duration(to: .now) >= .milliseconds(50))
  }

  /// The longest sleep is the time that is left.
  @Test func `it does not sleep longer than the time that is left`() {
    let start = ContinuousClock.now
    let value: Int? = poll(until: start + .milliseconds(20), every: .seconds(600)) { _ in nil }
    #expect(value == nil && start.duration(to: .now) < .seconds(300))
  }

  @Test func `an error of the check is thrown`() {
    struct Stopped: Error, Equatable {}
    #expect(throws: Stopped()) {
      _ = try poll(until: nil, every: .seconds(9)) { _ throws(Stopped) -> Int? in throw Stopped() }
    }
  }
}

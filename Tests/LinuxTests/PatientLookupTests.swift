// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Testing

@testable import Linux

/// Items that hang do not stop the others.
@Suite struct PatientLookupTests {
  @Test func `does every item, in order`() throws {
    #expect(try PatientLookup.each(Array(0..<1000), unanswered: -1) { $0 * 2 } == (0..<1000).map { $0 * 2 })
    #expect(try PatientLookup.each([Int](), unanswered: -1) { $0 } == [])
  }

  @Test(arguments: [[0], [1, 3], [9], [0, 1, 2, 3, 4, 5, 6]])
  func `gives up the items that hang, and does the others`(hanging: [Int]) throws {
    let release = DispatchSemaphore(value: 0)
    defer { for _ in hanging { release.signal() } }
    let results = try PatientLookup.each(Array(0..<10), unanswered: -1, within: .seconds(1)) { item in
      if hanging.contains(item) { release.wait() }
      return item
    }
    #expect(results == (0..<10).map { hanging.contains($0) ? -1 : $0 })
  }

  /// More items than threads hang: the rest is given up, too, so that there is an end.
  @Test func `gives up the rest when too many hang`() throws {
    let release = DispatchSemaphore(value: 0)
    defer { for _ in 0..<100 { release.signal() } }
    let results = try PatientLookup.each(Array(0..<20), unanswered: -1, within: .seconds(1)) { item in
      if item > 0 { release.wait() }
      return item
    }
    #expect(results == [0] + Array(repeating: -1, count: 19))
  }
}

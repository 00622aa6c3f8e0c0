// SPDX-License-Identifier: Apache-2.0

internal import Dispatch
internal import Glibc
internal import Synchronization
package import SystemPackage

/// Looks up files that may be on file systems that hang: one that does not answer does not stop the others.
package enum PatientLookup {
  /// How many items may hang before the rest is given up.
  private static let mostThreads = 8
  /// How long one item may take before other threads take over the rest.
  private static let pause = DispatchTimeInterval.milliseconds(500)

  /// Does something with each of several items, on other threads.
  ///
  /// - Parameters:
  ///   - items: The items, for example paths.
  ///   - limit: How long to wait when nothing goes on.
  ///   - body: What to do with an item. Different threads may do it at the same time.
  /// - Returns: For each item the result; `nil` if there was none in time.
  /// - Throws: `Errno`, when no thread can be created. Then nothing is done.
  package static func each<Item: Sendable, Value: Sendable>(
    _ items: [Item], within limit: Duration = .seconds(5), _ body: @escaping @Sendable (Item) -> Value
  ) throws(Errno) -> [Value?] {
    guard !items.isEmpty else { return [] }
    let board = Board<Item, Value>(items)
    try ThreadWithTimeout.start { board.work(body) }
    var (threads, done, isWaiting) = (1, 0, true)
    var last = ContinuousClock.now
    while isWaiting, board.finished.wait(timeout: .now() + pause) == .timedOut {
      let count = board.doneCount
      if count > done {
        (done, last) = (count, .now)
      } else if .now - last >= limit {
        isWaiting = false
      } else if threads == 1 {
        // Without more threads, the rest is given up with the item that hangs.
        while threads < mostThreads, (try? ThreadWithTimeout.start { board.work(body) }) != nil { threads += 1 }
        threads = mostThreads
      }
    }
    return board.results
  }

  /// Does the same; without a thread, on the calling one.
  package static func eachOrHere<Item: Sendable, Value: Sendable>(
    _ items: [Item], within limit: Duration = .seconds(5), _ body: @escaping @Sendable (Item) -> Value
  ) -> [Value?] {
    (try? each(items, within: limit, body)) ?? items.map(body)
  }
}

/// The items that are not done yet, and the results.
private final class Board<Item: Sendable, Value: Sendable>: Sendable {
  private struct State {
    var next = 0
    var doneCount = 0
    var results: [Value?]
  }

  private let items: [Item]
  private let state: Mutex<State>
  /// Is signalled when all are done.
  let finished = DispatchSemaphore(value: 0)

  init(_ items: [Item]) {
    self.items = items
    state = Mutex(State(results: Array(repeating: nil, count: items.count)))
  }

  var doneCount: Int { state.withLock { $0.doneCount } }

  /// The results so far.
  var results: [Value?] { state.withLock { $0.results } }

  /// Does one item after another until none is left.
  func work(_ body: @Sendable (Item) -> Value) {
    while let number = take() {
      let value = body(items[number])
      let isLast = state.withLock { state in
        state.results[number] = value
        state.doneCount += 1
        return state.doneCount == items.count
      }
      if isLast { finished.signal() }
    }
  }

  private func take() -> Int? {
    state.withLock { state in
      guard state.next < items.count else { return nil }
      defer { state.next += 1 }
      return state.next
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
package import SystemPackage

/// Looks up files that may be on file systems that hang: one that does not answer does not stop the others.
package enum PatientLookup {
  /// How many items may hang before the rest is given up.
  private static let mostThreads = 8
  /// How long one item may take before other threads take over the rest.
  private static let pause = Duration.milliseconds(500)

  /// Does something with each of several numbers, on other threads.
  ///
  /// It is not generic: generic types would cost the most used commands more than the work. It returns when all are done
  /// or nothing goes on. A thread that hangs may still do its item later.
  ///
  /// - Parameters:
  ///   - count: The number of items, which are numbered from 0.
  ///   - limit: How long to wait when nothing goes on.
  ///   - body: What to do with an item. Different threads may do it at the same time.
  /// - Throws: `Errno`, when no thread can be created. Then nothing is done.
  package static func each(
    upTo count: Int, within limit: Duration = .seconds(5), _ body: @escaping @Sendable (Int) -> Void
  ) throws(Errno) {
    guard count > 0 else { return }
    let board = Board(count)
    try ThreadWithTimeout.start { board.work(body) }
    var (threads, done, isWaiting) = (1, 0, true)
    var idle = Duration.zero
    while isWaiting, !board.finished.wait(within: pause) {
      let count = board.doneCount
      idle += pause
      if count > done {
        (done, idle) = (count, .zero)
      } else if idle >= limit {
        isWaiting = false
      } else if threads == 1 {
        // Without more threads, the rest is given up with the item that hangs.
        while threads < mostThreads, (try? ThreadWithTimeout.start { board.work(body) }) != nil { threads += 1 }
        threads = mostThreads
      }
    }
  }

  /// Does something with each of several items, on other threads.
  ///
  /// - Parameters:
  ///   - items: The items, for example paths.
  ///   - unanswered: The result for an item that had none in time.
  ///   - limit: How long to wait when nothing goes on.
  ///   - body: What to do with an item. Different threads may do it at the same time.
  /// - Returns: The results, in the order of the items.
  /// - Throws: `Errno`, when no thread can be created. Then nothing is done.
  package static func each<Item: Sendable, Value: Sendable>(
    _ items: [Item], unanswered: Value, within limit: Duration = .seconds(5),
    _ body: @escaping @Sendable (Item) -> Value
  ) throws(Errno) -> [Value] {
    // Not `isEmpty`, for which the runtime makes a witness table.
    guard items.count > 0 else { return [] }
    // Not a generic class with a `Mutex`, whose metadata would cost more than the look-ups. The compiler cannot see what makes
    // this safe: after the threads have started, it is used only within `turns`. A thread that hangs may still store its
    // result when this function has returned.
    nonisolated(unsafe) var results = Array(repeating: unanswered, count: items.count)
    let turns = Turns()
    try each(upTo: items.count, within: limit) { number in
      let value = body(items[number])
      turns.take { results[number] = value }
    }
    var values: [Value] = []
    turns.take { values = results }
    return values
  }

  /// Does the same; without a thread, on the calling one.
  package static func eachOrHere<Item: Sendable, Value: Sendable>(
    _ items: [Item], unanswered: Value, within limit: Duration = .seconds(5),
    _ body: @escaping @Sendable (Item) -> Value
  ) -> [Value] {
    (try? each(items, unanswered: unanswered, within: limit, body)) ?? items.map(body)
  }
}

/// Lets one thread after the other do something.
private final class Turns: Sendable {
  private let lock = Mutex(())

  func take(_ body: () -> Void) { lock.withLock { _ in body() } }
}

/// The items that are not done yet.
private final class Board: Sendable {
  private struct State {
    var next = 0
    var doneCount = 0
  }

  private let count: Int
  private let state = Mutex(State())
  /// Is signalled when all are done.
  let finished = Semaphore()

  init(_ count: Int) {
    self.count = count
  }

  var doneCount: Int { state.withLock { $0.doneCount } }

  /// Does one item after another until none is left.
  func work(_ body: @Sendable (Int) -> Void) {
    while let number = take() {
      body(number)
      let isLast = state.withLock { state in
        state.doneCount += 1
        return state.doneCount == count
      }
      if isLast { finished.signal() }
    }
  }

  private func take() -> Int? {
    state.withLock { state in
      guard state.next < count else { return nil }
      defer { state.next += 1 }
      return state.next
    }
  }
}

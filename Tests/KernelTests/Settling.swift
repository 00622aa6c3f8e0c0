// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A run of `apply --settle` that is looked at from beside it.
final class Settling: Sendable {
  /// It has ended before what was to happen meanwhile had happened.
  struct Ended: Error {}

  /// Where strace tells which files it opens.
  let path: String
  private let hasEnded = Mutex(false)

  init(looks path: String) {
    self.path = path
  }

  /// Runs it.
  func run(_ body: () async throws -> Outcome) async throws -> Outcome {
    defer { hasEnded.withLock { $0 = true } }
    return try await body()
  }

  /// Waits until it has looked for namespaces for the first time.
  func begins() async throws {
    try await makes { try await count() > 0 }
  }

  /// Waits until it has looked for namespaces once more, from beginning to end.
  func looks() async throws {
    let before = try await count()
    // One may be under way.
    try await makes { try await count() > before + 2 }
  }

  /// Waits until it has made something so.
  ///
  /// - Throws: ``Ended``, if it has not and has ended.
  func makes(_ isSo: () async throws -> Bool) async throws {
    var isOver = false
    let isMade = try await eventually {
      isOver = hasEnded.withLock { $0 }
      return try await isSo() || isOver
    }
    // What it did last may have been just that.
    if isMade, try await isSo() { return }
    throw Ended()
  }

  private func count() async throws -> Int {
    let outcome = try await Guest.run(["grep", "-c", "\"/run/netns\"", path])
    return Int(outcome.stdout.dropLast()) ?? 0
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// Runs blocking work on a separate thread, because the tests share only a few threads.
public func onOwnThread<Value: Sendable, Failure>(
  _ body: @escaping @Sendable () throws(Failure) -> Value
) async -> Result<Value, Failure> {
  await withCheckedContinuation { continuation in
    Thread.detachNewThread { continuation.resume(returning: Result(catching: body)) }
  }
}

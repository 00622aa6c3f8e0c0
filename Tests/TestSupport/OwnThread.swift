// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// Runs what blocks its thread on a thread of its own, for those that the tests share are few.
public func onOwnThread<Value: Sendable, Failure>(
  _ body: @escaping @Sendable () throws(Failure) -> Value
) async -> Result<Value, Failure> {
  await withCheckedContinuation { continuation in
    Thread.detachNewThread { continuation.resume(returning: Result(catching: body)) }
  }
}

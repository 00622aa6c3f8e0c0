// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Synchronization

/// A descriptor on its way from the thread that opened it to its owner.
///
/// Exactly one side closes it. If the owner does not wait any longer, nobody takes the descriptor, and it closes with the
/// parcel.
package final class Parcel: Sendable {
  /// The descriptor; -1 after it was taken or closed.
  private let content: Atomic<CInt>

  /// Takes ownership of an open descriptor.
  package init(_ descriptor: CInt) {
    content = Atomic(descriptor)
  }

  deinit {
    close()
  }

  /// Hands the descriptor to the caller, who closes it from now on.
  ///
  /// Call it once.
  package func take() -> CInt {
    let descriptor = exchanged()
    precondition(descriptor >= 0, "a parcel is taken once, and not after it was closed")
    return descriptor
  }

  /// Closes the descriptor now if nobody has taken it, although the thread may still refer to the parcel.
  package func close() {
    let descriptor = exchanged()
    if descriptor >= 0 { Glibc.close(descriptor) }
  }

  private func exchanged() -> CInt { content.exchange(-1, ordering: .acquiringAndReleasing) }
}

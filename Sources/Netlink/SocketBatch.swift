// SPDX-License-Identifier: Apache-2.0

internal import Linux
internal import Synchronization
package import SystemPackage

/// Sockets that are opened in other network namespaces, all at once, and returned one by one.
///
/// They stay in their namespaces.
///
/// Sockets that are not requested are closed with the batch.
package struct SocketBatch: ~Copyable, Sendable {
  private var parcels: ArraySlice<Result<Parcel, NetlinkError>>
  private let replyTimeout: Duration

  /// Opens the sockets.
  ///
  /// - Parameters:
  ///   - protocol: The netlink protocol, which decides the part of the kernel.
  ///   - namespaces: For each namespace, its possible files, as for ``NamespaceThread``.
  ///   - replyTimeout: How long to wait for each reply, from a microsecond to an hour.
  package init(
    _ protocol: NetlinkProtocol = .generic, in namespaces: [[FilePath]], replyTimeout: Duration = .seconds(5)
  ) {
    let number = `protocol`.number
    let visits = NamespaceThread.run(inEach: namespaces) {
      Result { () throws(NetlinkError) in Parcel(try Descriptor(number, peer: 0)) }
    }
    parcels = visits.map { $0.mapError(NetlinkError.namespace).flatMap(\.self) }[...]
    self.replyTimeout = replyTimeout
  }

  /// The socket in the next namespace; `nil` after the last one.
  ///
  /// - Throws: `NetlinkError`: the reason why there is no socket in this namespace.
  package mutating func next() throws(NetlinkError) -> Socket? {
    guard let parcel = parcels.popFirst(), let descriptor = try parcel.get().take() else { return nil }
    return Socket(descriptor, replyTimeout: replyTimeout)
  }

  deinit {
    // Close them now. The thread may still refer to them.
    for case .success(let parcel) in parcels { _ = parcel.take() }
  }
}

/// A descriptor that is passed from the thread that opened it to its owner.
///
/// If nobody takes it, because the thread was too late, it closes with the parcel.
private final class Parcel: Sendable {
  private let content: Mutex<Descriptor?>

  init(_ descriptor: consuming Descriptor) {
    content = Mutex(descriptor)
  }

  func take() -> Descriptor? { content.withLock { $0.take() } }
}

// SPDX-License-Identifier: Apache-2.0

internal import Linux
internal import Synchronization
package import SystemPackage

/// Sockets opened in other network namespaces, where they stay, all at once and handed out one by one.
///
/// Those that nobody asks for are closed with it.
package struct SocketBatch: ~Copyable, Sendable {
  private var parcels: ArraySlice<Result<Parcel, NetlinkError>>
  private let replyTimeout: Duration

  /// Opens the sockets.
  ///
  /// - Parameters:
  ///   - protocol: The part of the kernel to talk to.
  ///   - namespaces: For each namespace the files that it may be, as ``NamespaceThread`` takes them.
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
  /// - Throws: `NetlinkError`, why there is none in this namespace.
  package mutating func next() throws(NetlinkError) -> Socket? {
    guard let parcel = parcels.popFirst(), let descriptor = try parcel.get().take() else { return nil }
    return Socket(descriptor, replyTimeout: replyTimeout)
  }

  deinit {
    // At once, and not when the thread has let go of them, too.
    for case .success(let parcel) in parcels { _ = parcel.take() }
  }
}

/// A descriptor on its way from the thread that opened it to its owner.
///
/// It closes with the parcel where nobody takes it, because the thread came too late for one.
private final class Parcel: Sendable {
  private let content: Mutex<Descriptor?>

  init(_ descriptor: consuming Descriptor) {
    content = Mutex(descriptor)
  }

  func take() -> Descriptor? { content.withLock { $0.take() } }
}

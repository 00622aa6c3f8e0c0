// SPDX-License-Identifier: Apache-2.0

internal import Namespaces
public import SystemPackage

/// Sockets opened in other network namespaces, where they stay, all at once and handed out one by one.
///
/// Those that nobody asks for are closed with it.
public struct SocketBatch: ~Copyable {
  private var descriptors: ArraySlice<Result<CInt, NetlinkError>>
  private let replyTimeout: Duration?

  /// Opens the sockets.
  ///
  /// - Parameters:
  ///   - protocol: The part of the kernel to talk to.
  ///   - namespaces: For each namespace the files that it may be, as ``NamespaceVisit`` takes them.
  ///   - replyTimeout: How long to wait for each reply, from a microsecond to an hour; `nil` is five seconds.
  public init(_ protocol: NetlinkProtocol = .generic, in namespaces: [[FilePath]], replyTimeout: Duration? = nil) {
    let number = `protocol`.number
    let visits = NamespaceVisit.each(of: namespaces) {
      Result { () throws(NetlinkError) in try Descriptor.open(number) }
    }
    descriptors = visits.map { $0.mapError(NetlinkError.namespace).flatMap(\.self) }[...]
    self.replyTimeout = replyTimeout
  }

  /// The socket in the next namespace; `nil` after the last one.
  ///
  /// - Throws: `NetlinkError`, why there is none in this namespace.
  public mutating func next() throws(NetlinkError) -> Socket? {
    guard let descriptor = descriptors.popFirst() else { return nil }
    return Socket(Descriptor(number: try descriptor.get()), replyTimeout: replyTimeout)
  }

  deinit {
    for case .success(let descriptor) in descriptors { _ = Descriptor(number: descriptor) }
  }
}

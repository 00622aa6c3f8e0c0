// SPDX-License-Identifier: Apache-2.0

internal import Linux
internal import Netlink

extension Client {
  /// Opens IPVS in many network namespaces, one after another.
  ///
  /// ```swift
  /// try Client().forEach(in: NamespaceList().namespaces.map(\.namespace)) { namespace, result in
  ///   print(namespace, try result.get().timeouts())
  /// }
  /// ```
  ///
  /// This is much faster than opening each namespace by itself: one thread enters 32 namespaces, at most 32 sockets are
  /// open at a time, and the family is not looked up again.
  ///
  /// - Parameters:
  ///   - namespaces: The network namespaces.
  ///   - replyTimeout: How long to wait for each answer of the kernel.
  ///   - body: Is called for each namespace in turn, with a client for it, or with the error if there is none. An error
  ///     that it throws ends the loop.
  /// - Throws: The error that `body` throws.
  public borrowing func forEach<Failure: Error>(
    in namespaces: some Sequence<NetworkNamespace>, replyTimeout: Duration = .seconds(5),
    _ body: (NetworkNamespace, consuming Result<Client, IPVSError>) throws(Failure) -> Void
  ) throws(Failure) {
    let namespaces = Array(namespaces)
    var clients = ClientSequence(in: namespaces, like: self, replyTimeout: replyTimeout)
    for namespace in namespaces {
      let result: Result<Client, IPVSError>
      do throws(IPVSError) {
        guard let client = try clients.next() else { return }
        result = .success(client)
      } catch {
        result = .failure(error)
      }
      try body(namespace, result)
    }
  }
}

/// Clients of one kernel in many network namespaces, one after another.
package struct ClientSequence: ~Copyable, Sendable {
  /// How many namespaces one thread enters.
  static let batchSize = 32

  private var namespaces: ArraySlice<NetworkNamespace>
  private var batch: SocketBatch
  private var left: ArraySlice<NetworkNamespace> = []
  private let family: Family
  private let replyTimeout: Duration

  /// Creates the sequence.
  ///
  /// It opens no client yet.
  ///
  /// - Parameters:
  ///   - namespaces: The network namespaces.
  ///   - other: A client of this kernel, which has looked up the family already.
  ///   - replyTimeout: How long to wait for each answer of the kernel.
  package init(
    in namespaces: [NetworkNamespace], like other: borrowing Client, replyTimeout: Duration = .seconds(5)
  ) {
    self.namespaces = namespaces[...]
    batch = SocketBatch(count: 0) { _ in }
    family = other.family
    self.replyTimeout = replyTimeout
  }

  /// The client in the next namespace; `nil` after the last one.
  ///
  /// - Throws: ``IPVSError``, when there is no client in this namespace. The next call continues with the next
  ///   namespace.
  package mutating func next() throws(IPVSError) -> Client? {
    if left.isEmpty {
      left = namespaces.prefix(ClientSequence.batchSize)
      namespaces = namespaces.dropFirst(ClientSequence.batchSize)
      let others = left.filter { $0 != .current }
      batch = SocketBatch(count: others.count, replyTimeout: replyTimeout) { number throws(NamespaceError) in
        try others[number].enter()
      }
    }
    guard let namespace = left.popFirst() else { return nil }
    do throws(NetlinkError) {
      // The caller's own namespace need not be entered.
      if namespace == .current { return Client(namespace, over: try Socket(replyTimeout: replyTimeout), family) }
      guard let socket = try batch.next() else { return nil }
      return Client(namespace, over: socket, family)
    } catch {
      throw IPVSError(error, during: .open, in: namespace)
    }
  }
}

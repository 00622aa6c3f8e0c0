// SPDX-License-Identifier: Apache-2.0

internal import Netlink

/// ClientSequence of one kernel's IPVS in many network namespaces, one after another.
///
/// ```swift
/// var clients = ClientSequence(in: try NamespaceList().namespaces.map(\.namespace), like: try Client())
/// while let ipvs = try clients.next() { print(ipvs.namespace, try ipvs.timeouts()) }
/// ```
///
/// Much faster than to open each by itself: one thread enters many of the namespaces, a bounded number of files is open
/// at a time, and the family is looked up once.
public struct ClientSequence: ~Copyable {
  private static let most = 32

  private var namespaces: ArraySlice<NetworkNamespace>
  private var batch: SocketBatch
  private var left: ArraySlice<NetworkNamespace> = []
  private let family: Family
  private let replyTimeout: Duration?

  /// ClientSequence in these namespaces, in this order; none is opened yet.
  ///
  /// - Parameters:
  ///   - namespaces: The network namespaces.
  ///   - other: A client of this kernel.
  ///   - replyTimeout: How long to wait for each answer of the kernel; `nil` is five seconds.
  public init(in namespaces: [NetworkNamespace], like other: borrowing Client, replyTimeout: Duration? = nil) {
    self.namespaces = namespaces[...]
    batch = SocketBatch(in: [])
    family = other.family
    self.replyTimeout = replyTimeout
  }

  /// The client in the next namespace; `nil` after the last one.
  ///
  /// - Throws: ``IPVSError``, why there is none in this namespace; the next call goes on with the one after it.
  public mutating func next() throws(IPVSError) -> Client? {
    if left.isEmpty {
      left = namespaces.prefix(ClientSequence.most)
      namespaces = namespaces.dropFirst(ClientSequence.most)
      batch = SocketBatch(in: left.filter { $0 != .current }.map(\.files), replyTimeout: replyTimeout)
    }
    guard let namespace = left.popFirst() else { return nil }
    do throws(NetlinkError) {
      // Where the caller is already, nothing is entered.
      if namespace == .current { return Client(namespace, over: try Socket(replyTimeout: replyTimeout), family) }
      guard let socket = try batch.next() else { return nil }
      return Client(namespace, over: socket, family)
    } catch {
      throw IPVSError(error, during: .open, in: namespace)
    }
  }
}

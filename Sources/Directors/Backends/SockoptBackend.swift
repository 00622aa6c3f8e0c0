// SPDX-License-Identifier: Apache-2.0

internal import IPVS
internal import SystemPackage

/// The kernel's socket options.
///
/// `auto` uses it if netlink refuses the caller and the socket options do not, as for root of a user namespace.
final class SockoptBackend: Backend {
  override class var choice: BackendChoice { .sockopt }
  override class var words: String { "the socket options" }
  override class var condition: String? { "only where netlink refuses root of a user namespace that they accept" }
  override class var caution: String {
    "the timeouts are those of this kernel; only `renew`, which needs netlink, does not work here"
  }
  override class var isEquivalent: Bool { true }

  private let client: SocketOptionClient

  private init(_ client: consuming SocketOptionClient) {
    self.client = client
  }

  override class func open(ipvsadm path: String?) throws(DirectorError) -> Backend { try open(in: .current) }

  fileprivate static func open(in namespace: NetworkNamespace) throws(DirectorError) -> Backend {
    do throws(IPVSError) { return SockoptBackend(try SocketOptionClient(in: namespace)) } catch { throw .kernel(error) }
  }

  /// Opens it only if netlink refuses the caller, and only if the socket options answer.
  ///
  /// The kernel knows whether the caller has CAP_NET_ADMIN over the network namespace, so it is asked.
  ///
  /// - Throws: ``DirectorError``, when the network namespace belongs to another user namespace. That is about this
  ///   namespace only, while the failure of netlink is about the caller.
  override class func open(insteadOf failure: IPVSError, ipvsadm path: String?) throws(DirectorError) -> Backend? {
    guard failure.isRefusal, let client = try? SocketOptionClient(in: failure.namespace) else { return nil }
    do throws(IPVSError) {
      _ = try client.timeouts()
    } catch {
      guard error.code == .foreignNamespace else { return nil }
      throw .kernel(failure.inForeignNamespace(error.underlyingErrno))
    }
    return SockoptBackend(client)
  }

  override func timeouts() throws(DirectorError) -> Timeouts {
    do throws(IPVSError) { return try client.timeouts() } catch { throw .kernel(error) }
  }

  override func setTimeouts(_ timeouts: Timeouts) throws(DirectorError) {
    do throws(IPVSError) { try client.setTimeouts(timeouts) } catch { throw .kernel(error) }
  }

  override func sequence(in namespaces: [NetworkNamespace]) -> BackendSequence { SockoptSequence(in: namespaces[...]) }
}

/// The socket options in many network namespaces.
private final class SockoptSequence: BackendSequence {
  private var namespaces: ArraySlice<NetworkNamespace>

  init(in namespaces: ArraySlice<NetworkNamespace>) {
    self.namespaces = namespaces
  }

  override func next() throws(DirectorError) -> Backend { try SockoptBackend.open(in: namespaces.removeFirst()) }
}

extension IPVSError {
  /// Whether netlink refused a request because of the caller, so that nothing was done.
  fileprivate var isRefusal: Bool {
    underlyingErrno == .notPermitted && [.readTimeouts, .setTimeouts].contains(operation)
      && [.notRoot, .missingCapability, .userNamespace].contains(code)
  }

  /// The same failure, because the network namespace belongs to another user namespace.
  fileprivate func inForeignNamespace(_ errno: Errno?) -> IPVSError {
    IPVSError(.foreignNamespace, operation, in: namespace, sending: timeouts, errno: errno)
  }
}

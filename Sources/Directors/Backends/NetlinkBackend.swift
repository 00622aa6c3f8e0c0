// SPDX-License-Identifier: Apache-2.0

internal import IPVS

/// Generic netlink, family IPVS.
///
/// `auto` uses it if the kernel has that family.
final class NetlinkBackend: Backend {
  override class var choice: BackendChoice { .netlink }
  override class var words: String { "netlink" }

  private let client: Client

  init(_ client: consuming Client) {
    self.client = client
  }

  override class func open(ipvsadm path: String?) throws(DirectorError) -> Backend {
    do throws(IPVSError) { return NetlinkBackend(try Client()) } catch { throw .kernel(error) }
  }

  override func timeouts() throws(DirectorError) -> Timeouts {
    do throws(IPVSError) { return try client.timeouts() } catch { throw .kernel(error) }
  }

  override func setTimeouts(_ timeouts: Timeouts) throws(DirectorError) {
    do throws(IPVSError) { try client.setTimeouts(timeouts) } catch { throw .kernel(error) }
  }

  /// It needs no array, for which the runtime would look up metadata.
  override func opened(in namespace: NetworkNamespace) throws(DirectorError) -> Backend {
    do throws(IPVSError) { return NetlinkBackend(try client.opened(in: namespace)) } catch { throw .kernel(error) }
  }

  override func sequence(in namespaces: [NetworkNamespace]) -> BackendSequence {
    NetlinkSequence(ClientSequence(in: namespaces, like: client))
  }
}

/// Netlink sockets in many network namespaces.
///
/// One thread opens 32 at a time.
private final class NetlinkSequence: BackendSequence {
  private var clients: ClientSequence

  init(_ clients: consuming ClientSequence) {
    self.clients = clients
  }

  override func next() throws(DirectorError) -> Backend {
    do throws(IPVSError) {
      guard let client = try clients.next() else { preconditionFailure("there are as many clients as namespaces") }
      return NetlinkBackend(client)
    } catch {
      throw .kernel(error)
    }
  }
}

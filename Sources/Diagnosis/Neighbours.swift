// SPDX-License-Identifier: Apache-2.0

public import Directors
public import IPVS

/// The network namespaces of a machine, and the timeouts in those that use IPVS.
public struct Neighbours: Sendable {
  /// One that uses IPVS, or may.
  public struct Neighbour: Sendable {
    /// Which one it is.
    public let known: KnownNamespace
    /// Its timeouts, or why they, or whether it uses IPVS, cannot be seen.
    public let timeouts: Result<Timeouts, BackendError>
  }

  /// All namespaces, as far as they can be seen.
  public let listing: NamespaceListing
  /// Those that use IPVS, or may.
  public let users: [Neighbour]
}

extension Neighbours {
  /// Looks for them.
  ///
  /// - Parameters:
  ///   - backend: The backend to take.
  ///   - ipvsadm: The path of ipvsadm; `nil` looks in the usual places.
  /// - Throws: ``BackendError``, when there is no list of namespaces, or the backend is not there.
  public init(backend: BackendChoice, ipvsadm: String?) throws(BackendError) {
    do throws(IPVSError) { listing = try NamespaceListing() } catch { throw .netlink(error) }
    let uses = listing.namespaces.map { known in
      Result { () throws(IPVSError) in try known.namespace.isInUse() }.mapError(BackendError.netlink)
    }
    let namespaces = zip(listing.namespaces, uses).filter { (try? $1.get()) == true }.map(\.0.namespace)
    var directors = try DirectorRound(in: namespaces, backend: backend, ipvsadm: ipvsadm)
    var users: [Neighbour] = []
    for (known, isInUse) in zip(listing.namespaces, uses) {
      do throws(BackendError) {
        guard try isInUse.get() else { continue }
        guard let director = try directors.next() else { preconditionFailure("there are as many as namespaces") }
        users.append(Neighbour(known: known, timeouts: .success(try director.timeouts())))
      } catch {
        // One that has gone meanwhile is none, and neither is the file that another has left behind.
        guard !error.isAboutFile else { continue }
        users.append(Neighbour(known: known, timeouts: .failure(error)))
      }
    }
    self.users = users
  }
}

// SPDX-License-Identifier: Apache-2.0

package import Directors
package import IPVS
package import SystemPackage
internal import Text

/// What is known of the machine around its directors: looked up once, the same for all of them.
package struct MachineFacts: Sendable {
  /// The policy.
  package let policy: PolicyState
  /// The network namespaces.
  package let otherNamespaces: Result<OtherNamespaces, DirectorError>
  /// The programs that run and may write timeouts.
  let writers: Result<[TimeoutWriter], DirectorError>
}

extension MachineFacts {
  /// Looks at the machine.
  ///
  /// - Parameters:
  ///   - policy: The policy file that somebody has named; `nil` for the usual one.
  ///   - backend: The backend that has answered.
  ///   - ipvsadm: The path of ipvsadm; `nil` looks in the usual places.
  package init(policy: FilePath?, backend: BackendChoice, ipvsadm: String?) {
    self.policy = PolicyState(at: policy)
    writers = Result { () throws(IPVSError) in try TimeoutWriter.running() }.mapError(DirectorError.kernel)
    otherNamespaces = Result { () throws(DirectorError) in try OtherNamespaces(backend: backend, ipvsadm: ipvsadm) }
  }
}

/// The network namespaces of a machine, and the timeouts in those that use IPVS.
package struct OtherNamespaces: Sendable {
  /// One that uses IPVS, or may.
  package struct Neighbour: Sendable {
    /// Which one it is.
    package let known: NamespaceInfo
    /// Its timeouts, or why they, or whether it uses IPVS, cannot be seen.
    package let timeouts: Result<Timeouts, DirectorError>
  }

  /// All namespaces, as far as they can be seen.
  package let listing: NamespaceList
  /// Those that use IPVS, or may.
  package let users: [Neighbour]
}

extension OtherNamespaces {
  /// Looks for them.
  ///
  /// - Parameters:
  ///   - backend: The backend to take.
  ///   - ipvsadm: The path of ipvsadm; `nil` looks in the usual places.
  /// - Throws: ``DirectorError``, when there is no list of namespaces, or the backend is not there.
  package init(backend: BackendChoice, ipvsadm: String?) throws(DirectorError) {
    do throws(IPVSError) { listing = try NamespaceList() } catch { throw .kernel(error) }
    let uses = listing.namespaces.map { known in
      Result { () throws(IPVSError) in try known.namespace.isInUse() }.mapError(DirectorError.kernel)
    }
    let namespaces = zip(listing.namespaces, uses).filter { (try? $1.get()) == true }.map(\.0.namespace)
    var directors = try DirectorSequence(in: namespaces, backend: backend, ipvsadm: ipvsadm)
    var users: [Neighbour] = []
    for (known, isInUse) in zip(listing.namespaces, uses) {
      do throws(DirectorError) {
        guard try isInUse.get() else { continue }
        let director = try directors.next()
        users.append(Neighbour(known: known, timeouts: .success(try director.timeouts())))
      } catch {
        // One that has gone meanwhile is none, and neither is the file that another has left behind.
        guard !error.namespaceIsMissing else { continue }
        users.append(Neighbour(known: known, timeouts: .failure(error)))
      }
    }
    self.users = users
  }
}

/// The policy of a machine, and what applies it.
package struct PolicyState: Sendable {
  /// Where it is.
  package let path: FilePath
  /// Whether it is where policies usually are, so that nobody has to name it.
  package let isUsual: Bool
  /// The policy; `nil` where nobody has named one, and there is none.
  package let file: Result<PolicyFile?, PolicyError>
  /// The units that apply it; `nil` where systemd does not run, or they would apply another.
  package let units: SystemdUnits?
}

extension PolicyState {
  /// The units that apply the policy at boot, when a namespace appears, and every minute.
  static let units = ["ipvs-timeout.service", "ipvs-timeout.path", "ipvs-timeout.timer"]

  /// Looks for the policy.
  ///
  /// - Parameter path: The file that somebody has named; `nil` for the usual one.
  package init(at path: FilePath?) {
    isUsual = path == nil
    self.path = path ?? PolicyFile.usualPath
    do throws(PolicyError) {
      file = .success(try PolicyFile(contentsOf: self.path))
    } catch {
      file = isUsual && error.errno == .noSuchFileOrDirectory ? .success(nil) : .failure(error)
    }
    units = isUsual ? SystemdUnits(named: PolicyState.units) : nil
  }

  /// What a command takes that is to go by it, after a blank.
  var argument: String { isUsual ? "" : " \(path.string.shellWord)" }
}

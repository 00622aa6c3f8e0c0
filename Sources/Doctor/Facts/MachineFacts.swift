// SPDX-License-Identifier: Apache-2.0

package import Directors
package import IPVS
internal import Linux
package import SystemPackage
internal import Text

/// The facts about the machine around its directors.
///
/// They are read once and are the same for all of them.
package struct MachineFacts: Sendable {
  /// The policy.
  package let policy: PolicyState
  /// The network namespaces.
  package let otherNamespaces: Result<OtherNamespaces, DirectorError>
  /// The programs that run and may write timeouts; all of them are root's.
  let writers: Result<[TimeoutWriter], DirectorError>
  /// The processes with the name of such a program that are not root's, so that nothing of them is read.
  var otherWriters: [TimeoutWriter] = []
  /// The files of ipvsadm that set timeouts at boot.
  var savedRules: [SavedRules] = []
  /// Whether each namespace that uses IPVS has its own report.
  package var isComplete = false
  /// Whether doctor runs in a namespace that has a name, as after `ip netns exec`, and not in that of the first process.
  ///
  /// A policy means another namespace by `host` when the units apply it.
  var isInNamedNamespace = false
}

extension MachineFacts {
  /// Reads the facts about the machine.
  ///
  /// - Parameters:
  ///   - policy: The policy file that the caller named; `nil` for the usual one.
  ///   - backend: The backend that answered.
  ///   - ipvsadm: The path of ipvsadm; `nil` looks in the usual places.
  package init(policy: FilePath?, backend: BackendChoice, ipvsadm: String?) {
    self.policy = PolicyState(at: policy)
    let running = Result { () throws(IPVSError) in try TimeoutWriter.running() }.mapError(DirectorError.kernel)
    writers = running.map { $0.filter(\.process.isOfRoot) }
    otherWriters = ((try? running.get()) ?? []).filter { !$0.process.isOfRoot }
    let policy = (try? self.policy.file.get()) ?? nil
    otherNamespaces = Result { () throws(DirectorError) in
      try OtherNamespaces(backend: backend, ipvsadm: ipvsadm, policy: policy)
    }
    savedRules = SavedRules.all()
    let own = (try? otherNamespaces.get())?.listing.info(for: .current)
    isInNamedNamespace = own?.paths.isEmpty == false && NetworkNamespace.current.isOfFirstProcess == false
  }
}

extension MachineFacts {
  /// Whether a file system did not answer in time, so that a check is not complete.
  package var hasTimedOut: Bool {
    if case .failure(.unreadable(_, .timedOut)) = policy.file { return true }
    let unanswered = (try? otherNamespaces.get())?.listing.unanswered ?? []
    let unread = (try? otherNamespaces.get())?.unread ?? []
    return !unanswered.isEmpty || unread.contains { $0.reason == .timedOut }
      || ((try? writers.get()) ?? []).contains(where: \.hasTimedOut)
  }
}

/// The network namespaces of a machine, and the timeouts of the IPVS users among them.
package struct OtherNamespaces: Sendable {
  /// A namespace that uses IPVS, or may.
  package struct Neighbour: Sendable {
    /// Which one it is.
    package let known: NamespaceInfo
    /// Its timeouts, or why they, or whether it uses IPVS, cannot be seen.
    package let timeouts: Result<Timeouts, DirectorError>
  }

  /// All namespaces, as far as they can be seen.
  package let listing: NamespaceList
  /// The namespaces that use IPVS, or may.
  package let users: [Neighbour]
  /// The lines of the policy whose paths could not be looked up.
  package let unread: [UnreadPolicyLine]

  init(listing: NamespaceList, users: [Neighbour], unread: [UnreadPolicyLine] = []) {
    self.listing = listing
    self.users = users
    self.unread = unread
  }
}

extension OtherNamespaces {
  /// Looks for them.
  ///
  /// - Parameters:
  ///   - backend: The backend to use.
  ///   - ipvsadm: The path of ipvsadm; `nil` looks in the usual places.
  ///   - policy: The policy, which may name namespaces at other paths.
  /// - Throws: ``DirectorError``, when there is no list of namespaces, or the backend is not there.
  package init(backend: BackendChoice, ipvsadm: String?, policy: PolicyFile? = nil) throws(DirectorError) {
    do throws(IPVSError) {
      var listing = try NamespaceList()
      unread = policy.map { listing.add(boundBy: $0) } ?? []
      self.listing = listing
    } catch {
      throw .kernel(error)
    }
    let uses = NetworkNamespace.areInUse(listing.namespaces.map(\.namespace)).map { $0.mapError(DirectorError.kernel) }
    let namespaces = zip(listing.namespaces, uses).filter { (try? $1.get()) == true }.map(\.0.namespace)
    var directors = try DirectorSequence(in: namespaces, backend: backend, ipvsadm: ipvsadm)
    var users: [Neighbour] = []
    for (known, isInUse) in zip(listing.namespaces, uses) {
      do throws(DirectorError) {
        guard try isInUse.get() else { continue }
        var director = try directors.next()
        users.append(Neighbour(known: known, timeouts: .success(try director.timeouts())))
      } catch {
        // A namespace that has ended is none, and neither is a file that one has left.
        guard !error.namespaceIsMissing else { continue }
        users.append(Neighbour(known: known, timeouts: .failure(error)))
      }
    }
    self.users = users
  }
}

/// The policy of a machine, and what applies it.
package struct PolicyState: Sendable {
  /// Its file.
  package let path: FilePath
  /// Whether it is in the usual place, so that nobody has to name it.
  package let isUsual: Bool
  /// The policy; `nil` where nobody named one, and there is none.
  package let file: Result<PolicyFile?, PolicyError>
  /// The units that apply it; `nil` where systemd does not run, or where they would apply another file.
  package let units: SystemdUnits?
}

extension PolicyState {
  /// The units that apply the policy at boot, when a namespace appears, and every minute.
  static let units = ["ipvs-timeout.service", "ipvs-timeout.path", "ipvs-timeout.timer"]

  /// Looks for the policy.
  ///
  /// - Parameter path: The file that the caller named; `nil` for the usual one.
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

  /// The argument that names it to a command, after a blank; empty for the usual one.
  var argument: String { isUsual ? "" : " \(path.string.shellWord)" }
}

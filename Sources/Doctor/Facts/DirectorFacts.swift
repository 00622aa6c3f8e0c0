// SPDX-License-Identifier: Apache-2.0

package import Directors
package import IPVS

/// The facts about one director.
///
/// Where a fact could not be read, its error is in its place.
package struct DirectorFacts: Sendable {
  /// The network namespace.
  package let namespace: NetworkNamespace
  /// The entry for it in the list of namespaces; `nil` where it was not found.
  package let known: NamespaceInfo?
  /// The backend that answered.
  package let backend: BackendChoice
  /// Whether `auto` turned to that one, and why.
  package let fallback: Fallback
  /// The timeouts.
  package let timeouts: Timeouts
  /// How many virtual services there are.
  package let services: Result<ServiceCounts, DirectorError>
  /// The virtual services.
  let serviceTable: Result<ServiceTable, DirectorError>
  /// The connections.
  package let connections: Result<ConnectionSummary, DirectorError>
  /// The connections to real servers that their service no longer has.
  let lost: LostConnections
  /// The kernel's settings.
  package let settings: Result<KernelSettings, DirectorError>
  /// The sync daemons that run.
  let daemons: Result<SyncDaemons, DirectorError>
  /// The machine around it.
  package let machine: MachineFacts
}

extension DirectorFacts {
  /// Asks a director and its kernel.
  ///
  /// - Parameters:
  ///   - director: The director.
  ///   - namespace: The network namespace in which it is.
  ///   - machine: The machine around it.
  /// - Throws: ``DirectorError``, when not even the timeouts can be read.
  package init(
    of director: inout Director, in namespace: NetworkNamespace, _ machine: MachineFacts
  ) throws(DirectorError) {
    self.machine = machine
    self.namespace = namespace
    known = (try? machine.otherNamespaces.get())?.listing.info(for: namespace)
    timeouts = try director.timeouts()
    backend = director.backend
    fallback = director.fallback
    serviceTable = Result { () throws(IPVSError) in try ServiceTable(in: namespace) }.mapError(DirectorError.kernel)
    services = serviceTable.map(\.counts)
    do throws(DirectorError) {
      let facts = try ConnectionFacts(of: &director, in: namespace, try? serviceTable.get())
      connections = .success(facts.summary)
      lost = facts.lost
    } catch {
      connections = .failure(error)
      lost = LostConnections()
    }
    settings = Result { () throws(IPVSError) in try KernelSettings(in: namespace) }.mapError(DirectorError.kernel)
    daemons = Result { () throws(IPVSError) in try SyncDaemons(in: namespace) }.mapError(DirectorError.kernel)
  }
}

extension DirectorFacts {
  /// The option that names this network namespace in a command, after a blank; empty where it is the caller's own.
  var option: String { NamespaceCommands(namespace, known: known).option }

  /// The command that runs another one in this network namespace, before it; empty where it is the caller's own.
  var entering: String { NamespaceCommands(namespace, known: known).entering }

  /// Whether it has a virtual service or a connection, or may have one.
  ///
  /// Elsewhere there is nothing that checks of connections could be about.
  package var isInUse: Bool {
    guard let services = try? services.get(), let connections = try? connections.get() else { return true }
    return services.count > 0 || connections.count > 0
  }

  /// Whether a sync daemon runs, or may run; it needs no service.
  var hasSyncDaemon: Bool {
    guard let daemons = try? daemons.get() else { return true }
    return daemons.hasMaster || daemons.hasBackup
  }

  /// The other network namespaces that use IPVS, or may.
  var otherUsers: [OtherNamespaces.Neighbour] {
    guard let others = try? machine.otherNamespaces.get() else { return [] }
    return others.users.filter { $0.known.fileIdentity != known?.fileIdentity }
  }

  /// The other network namespaces that use IPVS, with their timeouts.
  var otherDirectors: [(known: NamespaceInfo, timeouts: Timeouts)] {
    otherUsers.compactMap { user in (try? user.timeouts.get()).map { (known: user.known, timeouts: $0) } }
  }
}

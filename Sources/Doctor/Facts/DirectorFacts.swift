// SPDX-License-Identifier: Apache-2.0

package import Directors
package import IPVS

/// What is known of one director when it is diagnosed; what could not be had is the reason why.
package struct DirectorFacts: Sendable {
  /// The network namespace.
  package let namespace: NetworkNamespace
  /// What is known of it; `nil` where it was not among those that were found.
  package let known: NamespaceInfo?
  /// The backend that answered.
  package let backend: BackendChoice
  /// Whether `auto` turned to that one, and why.
  package let fallback: Fallback
  /// The timeouts.
  package let timeouts: Timeouts
  /// The virtual services.
  package let services: Result<ServiceCounts, DirectorError>
  /// The connections.
  package let connections: Result<ConnectionSummary, DirectorError>
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
    of director: borrowing Director, in namespace: NetworkNamespace, _ machine: MachineFacts
  ) throws(DirectorError) {
    self.machine = machine
    self.namespace = namespace
    known = (try? machine.otherNamespaces.get())?.listing.info(for: namespace)
    backend = director.backend
    fallback = director.fallback
    timeouts = try director.timeouts()
    services = Result { () throws(IPVSError) in try ServiceCounts(in: namespace) }.mapError(DirectorError.kernel)
    do throws(DirectorError) {
      connections = .success(try director.connectionSummary(in: namespace))
    } catch {
      connections = .failure(error)
    }
    settings = Result { () throws(IPVSError) in try KernelSettings(in: namespace) }.mapError(DirectorError.kernel)
    daemons = Result { () throws(IPVSError) in try SyncDaemons(in: namespace) }.mapError(DirectorError.kernel)
  }
}

extension DirectorFacts {
  /// What makes a command go to this network namespace, after a blank; empty where it is the caller's own.
  var option: String { NamespaceCommands(namespace, known: known).option }

  /// What makes another program run in this network namespace, before it; empty where it is the caller's own.
  var entering: String { NamespaceCommands(namespace, known: known).entering }
}

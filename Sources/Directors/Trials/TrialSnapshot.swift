// SPDX-License-Identifier: Apache-2.0

package import IPVS
package import Linux
internal import SystemPackage

/// The state that a trial or a renewal must restore in one network namespace.
package struct TrialSnapshot: Sendable, Hashable {
  /// The namespace, as this process reaches it.
  package let namespace: NetworkNamespace
  /// The name of the namespace for processes that were started in other namespaces.
  package let name: String
  /// The identity of the namespace; `nil` if it is not visible.
  package let fingerprint: NamespaceFingerprint?
  /// The timeouts before the trial.
  package let before: Timeouts
  /// The timeouts that the trial sets; `nil` is not touched.
  package let set: Timeouts
  /// The backup daemon that renews connections for a moment; `nil` if none are renewed.
  package let daemon: RenewalDaemon?

  /// Creates a snapshot, and notes the identity of the namespace.
  ///
  /// - Parameters:
  ///   - target: The namespace and its name.
  ///   - before: The timeouts there now.
  ///   - set: The timeouts that the trial will set.
  ///   - isRenewing: Whether it will renew connections, too.
  /// - Throws: ``IPVSError``, when the namespace cannot be identified.
  package init(
    of target: TrialTarget, before: Timeouts, set: Timeouts, isRenewing: Bool = false
  ) throws(IPVSError) {
    namespace = target.namespace
    name = namespace.nameForOthers ?? target.name
    fingerprint = try namespace.fingerprint()
    self.before = before
    self.set = set
    daemon = isRenewing ? RenewalDaemon() : nil
  }

  /// Creates a snapshot that another process has recorded.
  package init(
    name: String, fingerprint: NamespaceFingerprint?, before: Timeouts, set: Timeouts, daemon: RenewalDaemon? = nil
  ) {
    namespace = NetworkNamespace(parsing: name)
    self.name = name
    self.fingerprint = fingerprint
    self.before = before
    self.set = set
    self.daemon = daemon
  }

  /// The namespace, with its name in results.
  package var target: TrialTarget {
    TrialTarget(namespace, name: namespace == .current ? namespace.description : name)
  }

  /// The first timeout that ipvsadm could not restore, because it accepts at most 31 days.
  package var tooLongForIpvsadm: Timeouts.Name? {
    self.set.names.first { name in before[name].map { Timeout(seconds: Int($0.seconds)) == nil } ?? false }
  }

  /// Finds the namespace: at the same place, or by another name.
  ///
  /// - Returns: The namespace; `nil` if it no longer exists.
  /// - Throws: ``IPVSError``, when namespaces cannot be identified.
  func located() throws(IPVSError) -> TrialTarget? {
    guard let fingerprint, try namespace.fingerprint()?.matches(fingerprint) != true else { return target }
    // Another namespace may have the same inode now. Only the cookie shows that.
    guard fingerprint.cookie != nil else { return nil }
    for known in try NamespaceList().namespaces where known.fileIdentity == fingerprint.identity {
      guard try known.namespace.fingerprint()?.matches(fingerprint) == true else { continue }
      return TrialTarget(known.namespace, name: known.name)
    }
    return nil
  }
}

extension TrialSnapshot {
  /// The command that restores it.
  package var command: String {
    let values = Timeouts.Name.allCases.map { name in
      set[name] == nil ? "-" : before[name].map { "\($0.seconds)" } ?? "-"
    }
    return "ipvs-timeout set \(values.joined(separator: " "))\(NamespaceCommands(namespace).option)"
  }

  /// The change for people: `(udp 5 s, before 300 s)`.
  package var change: String { "(\(Timeouts.Name.allCases.compactMap(change).joined(separator: ", ")))" }

  private func change(_ name: Timeouts.Name) -> String? {
    guard let value = set[name], let old = before[name] else { return nil }
    return "\(name.rawValue) \(value.seconds) s, before \(old.seconds) s"
  }
}

/// A network namespace of a trial, with its name.
package struct TrialTarget: Sendable, Hashable {
  /// The namespace, as this process reaches it.
  package let namespace: NetworkNamespace
  /// Its name in results.
  package let name: String

  /// Creates a target from its parts.
  package init(_ namespace: NetworkNamespace, name: String) {
    self.namespace = namespace
    self.name = name
  }
}

extension NetworkNamespace {
  /// The permanent identity of the namespace; `nil` if there is none.
  fileprivate func fingerprint() throws(IPVSError) -> NamespaceFingerprint? {
    do throws(NamespaceError) { return try NamespaceFingerprint(of: files, isOwn: self == .current) } catch {
      throw IPVSError(error, during: .open, in: self)
    }
  }

  /// The name of the caller's own namespace for processes that were started in other namespaces; `nil` if it is the
  /// same.
  fileprivate var nameForOthers: String? {
    guard self == .current, let identity, let first = try? NamespaceIdentity("/proc/1/ns/net"), first != identity else {
      return nil
    }
    let path = (try? NamespaceList(includingProcesses: false))?.namespaces.first { $0.fileIdentity == identity }?.paths
      .first
    guard let path, let name = path.lastComponent?.string else { return "\(identity)" }
    return NetworkNamespace.named(name).identity == identity ? name : path.string
  }
}

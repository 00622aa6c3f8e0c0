// SPDX-License-Identifier: Apache-2.0

package import IPVS
package import Linux
internal import SystemPackage

/// What a trial has to restore in one network namespace.
package struct TrialSnapshot: Sendable, Hashable {
  /// The namespace, as this process reaches it.
  package let namespace: NetworkNamespace
  /// What processes that were started elsewhere call the namespace.
  package let name: String
  /// Which namespace it is; `nil` where that could not be seen.
  package let fingerprint: NamespaceFingerprint?
  /// The timeouts before the trial.
  package let before: Timeouts
  /// The timeouts that the trial sets; one that is not named is not touched.
  package let set: Timeouts

  /// A snapshot of a namespace, of which it notes which one it is.
  ///
  /// - Parameters:
  ///   - target: The namespace and its name.
  ///   - before: The timeouts there now.
  ///   - set: The timeouts that are to be set.
  /// - Throws: ``IPVSError``, when the namespace cannot be told from others.
  package init(of target: TrialTarget, before: Timeouts, set: Timeouts) throws(IPVSError) {
    namespace = target.namespace
    name = namespace.nameForOthers ?? target.name
    fingerprint = try namespace.fingerprint()
    self.before = before
    self.set = set
  }

  /// A snapshot that another process has recorded.
  package init(name: String, fingerprint: NamespaceFingerprint?, before: Timeouts, set: Timeouts) {
    namespace = NetworkNamespace(parsing: name)
    self.name = name
    self.fingerprint = fingerprint
    self.before = before
    self.set = set
  }

  /// The namespace as results name it.
  package var target: TrialTarget {
    TrialTarget(namespace, name: namespace == .current ? namespace.description : name)
  }

  /// The first timeout that ipvsadm could not restore: it takes no longer ones than this program lets people ask for.
  package var tooLongForIpvsadm: Timeouts.Name? {
    self.set.names.first { name in before[name].map { Timeout(seconds: Int($0.seconds)) == nil } ?? false }
  }

  /// Finds the namespace where it is today: where it was, or by another name.
  ///
  /// - Returns: The namespace; `nil` where it has gone.
  /// - Throws: ``IPVSError``, when namespaces cannot be told from each other.
  func located() throws(IPVSError) -> TrialTarget? {
    guard let fingerprint, try namespace.fingerprint()?.matches(fingerprint) != true else { return target }
    // Another one may have got its inode since, and only the cookie tells.
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

  /// What was set and what was before: `(udp 5 s, before 300 s)`.
  package var change: String { "(\(Timeouts.Name.allCases.compactMap(change).joined(separator: ", ")))" }

  private func change(_ name: Timeouts.Name) -> String? {
    guard let value = set[name], let old = before[name] else { return nil }
    return "\(name.rawValue) \(value.seconds) s, before \(old.seconds) s"
  }
}

/// A network namespace in which a trial sets timeouts, and what it is called.
package struct TrialTarget: Sendable, Hashable {
  /// The namespace, as this process reaches it.
  package let namespace: NetworkNamespace
  /// Its name in results.
  package let name: String

  /// A namespace of this name.
  package init(_ namespace: NetworkNamespace, name: String) {
    self.namespace = namespace
    self.name = name
  }
}

extension NetworkNamespace {
  /// Which namespace it is, for good; `nil` where there is none.
  fileprivate func fingerprint() throws(IPVSError) -> NamespaceFingerprint? {
    do throws(NamespaceError) { return try NamespaceFingerprint(of: files, isOwn: self == .current) } catch {
      throw IPVSError(error, during: .open, in: self)
    }
  }

  /// What processes that were started elsewhere call the caller's own namespace; `nil` where that is no other name.
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

// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import Linux
internal import SystemPackage

/// What was set for a while in one network namespace, to be put back there.
struct Stake {
  let place: NamespaceTarget
  /// Which namespace it is; `nil` where that could not be seen.
  let mark: NamespaceFingerprint?
  let before: Timeouts
  /// What was set; a timeout that is not named was not touched.
  let set: Timeouts

  /// The stake as it is written down.
  var record: TrialRecord.Stake {
    TrialRecord.Stake(name: place.namespace.nameForOthers ?? place.name, mark: mark, before: before, set: set)
  }

  /// The command that puts it back.
  var command: String {
    let values = Timeouts.Name.allCases.map { name in
      set[name] == nil ? "-" : before[name].map { "\($0.seconds)" } ?? "-"
    }
    return "ipvs-timeout set \(values.joined(separator: " "))\(NamespaceCommands(place.namespace).option)"
  }

  /// What was before, and could not be put back by ipvsadm; it takes what this program lets people ask for.
  var tooLongForIpvsadm: Timeouts.Name? {
    self.set.names.first { name in before[name].map { Timeout(seconds: Int($0.seconds)) == nil } ?? false }
  }

  /// - Throws: ``IPVSError``, when the namespace cannot be told from others.
  init(_ place: NamespaceTarget, before: Timeouts, set: Timeouts) throws(IPVSError) {
    self.place = place
    mark = try place.namespace.mark()
    self.before = before
    self.set = set
  }

  /// The stake that was written down.
  init(_ record: TrialRecord.Stake) {
    place = NamespaceTarget(NetworkNamespace(parsing: record.name))
    mark = record.mark
    before = record.before
    set = record.set
  }

  /// Where the namespace is today: where it was, or by another name; `nil` where it has gone.
  ///
  /// - Throws: ``IPVSError``, when namespaces cannot be told from each other.
  func whereabouts() throws(IPVSError) -> NamespaceTarget? {
    guard let mark, try place.namespace.mark()?.matches(mark) != true else { return place }
    // Another one may have got its inode since, and only the cookie tells.
    guard mark.cookie != nil else { return nil }
    for known in try NamespaceList().namespaces where known.fileIdentity == mark.identity {
      if try known.namespace.mark()?.matches(mark) == true { return NamespaceTarget(known) }
    }
    return nil
  }
}

extension NetworkNamespace {
  /// Which one it is, for good; `nil` where there is none.
  fileprivate func mark() throws(IPVSError) -> NamespaceFingerprint? {
    do throws(NamespaceError) { return try NamespaceFingerprint(of: files, isOwn: self == .current) } catch {
      throw IPVSError(error, during: .open, in: self)
    }
  }

  /// What those call the caller's own namespace who start elsewhere; `nil` where that is no other name.
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

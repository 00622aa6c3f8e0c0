// SPDX-License-Identifier: Apache-2.0

import Linux
import SystemPackage

@testable import Directors
@testable import Doctor
@testable import IPVS

extension DirectorFacts {
  /// A healthy director, except for the facts of a test.
  static func example(
    fallback: Fallback = .notNeeded,
    timeouts: Timeouts = Timeouts(tcp: 60, tcpFin: 30, udp: 45),
    services: Result<ServiceCounts, DirectorError> = .success(
      ServiceCounts(services: [.tcp: 1], servers: [.init(.tcp, .nat): 2])),
    serviceTable: ServiceTable = ServiceTable(),
    connections: Result<ConnectionSummary, DirectorError> = .success(.example([])),
    lost: LostConnections = LostConnections(),
    namespace: NetworkNamespace = .current, known: NamespaceInfo? = nil,
    policy: PolicyState = .example(.success(nil)),
    otherNamespaces: Result<OtherNamespaces, DirectorError> = .success(
      OtherNamespaces(listing: NamespaceList([]), users: [])),
    settings: [KernelSetting: String] = [:], daemons: SyncDaemons = SyncDaemons(hasMaster: false, backup: nil),
    writers: [TimeoutWriter] = [], otherWriters: [TimeoutWriter] = [], savedRules: [SavedRules] = [],
    isComplete: Bool = false,
    isInNamedNamespace: Bool = false
  ) -> DirectorFacts {
    DirectorFacts(
      namespace: namespace, known: known, backend: fallback == .notNeeded ? .netlink : .ipvsadm, fallback: fallback,
      timeouts: timeouts, services: services, serviceTable: .success(serviceTable), connections: connections,
      lost: lost,
      settings: .success(KernelSettings(settings)),
      daemons: .success(daemons),
      machine: MachineFacts(
        policy: policy, otherNamespaces: otherNamespaces, writers: .success(writers), otherWriters: otherWriters,
        savedRules: savedRules,
        isComplete: isComplete, isInNamedNamespace: isInNamedNamespace))
  }
}

extension PolicyState {
  /// A policy that could be read, or not; it is in the usual place unless a path is given.
  static func example(
    _ file: Result<PolicyFile?, PolicyError>, at path: FilePath? = nil, units: SystemdUnits? = nil
  ) -> PolicyState {
    PolicyState(path: path ?? PolicyFile.usualPath, isUsual: path == nil, file: file, units: units)
  }

  /// A policy with this text.
  static func example(_ text: String, at path: FilePath? = nil, units: SystemdUnits? = nil) -> PolicyState {
    let file = Result { () throws(PolicyError) -> PolicyFile? in
      try PolicyFile(parsing: Array(text.utf8), path: path ?? PolicyFile.usualPath)
    }
    return .example(file, at: path, units: units)
  }
}

extension NamespaceInfo {
  /// A namespace that is bound by this name; the identity is that of another file.
  static func example(_ name: String, _ file: FilePath) throws -> NamespaceInfo {
    let path = FilePath("/run/netns").appending(name)
    return NamespaceInfo(.path(path), try NamespaceIdentity(file), name: name, paths: [path])
  }
}

extension ConnectionSummary {
  /// A summary of connections in these states, with this time left, where the timeouts are those of the example.
  static func example(
    _ states: [(Connection.Transport, Connection.State, UInt32)], origin: Connection.Origin? = nil
  ) -> ConnectionSummary {
    let timeouts = Timeouts(tcp: 60, tcpFin: 30, udp: 45)
    var summary = ConnectionSummary(
      by: OutdatedRule(timeouts, hasBackupDaemon: origin == .sync), on: TimerWheel(ticksPerSecond: 100))
    for (transport, state, seconds) in states {
      let endpoint = Endpoint(InternetAddress(ipv4: 0xC000_0201), port: 1)
      summary.add(
        Connection(
          transport, client: endpoint, service: endpoint, server: endpoint, state: state, origin: origin,
          secondsLeft: seconds)
      )
    }
    return summary
  }
}

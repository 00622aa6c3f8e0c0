// SPDX-License-Identifier: Apache-2.0

import IPVS
import Testing

@testable import Doctor

extension SocketService {
  /// A service with these numbers of sockets; those elsewhere are used from 192.0.2.1, or from ::1 by IPv6.
  static func example(
    _ endpoint: String, isLocal: Bool = false, _ numbers: [HostSocket.State: Int], unaccepted: Int = 0
  ) throws -> SocketService {
    let endpoint = try #require(Endpoint(parsing: endpoint))
    var counts = numbers.reduce(into: SocketCounts()) { $0[$1.key] = $1.value }
    counts.unaccepted = unaccepted
    let source = try #require(InternetAddress(parsing: endpoint.address.isIPv6 ? "::1" : "192.0.2.1"))
    let (synSent, timeWait) = (counts[.synSent], counts[.timeWait])
    return SocketService(
      Name(endpoint, isLocal: isLocal), counts,
      sources: isLocal
        ? []
        : [
          Source(source, open: counts.total - synSent - timeWait, synSent: synSent, timeWait: timeWait)
        ])
  }
}

extension SocketFacts {
  /// The facts of a host without connections.
  static let quietSettings: [KernelSetting: String] = [
    .localPortRange: "32768\t60999", .localReservedPorts: "", .tcpFinTimeout: "60", .tcpMaxTimeWaitBuckets: "8192",
    .tcpSyncookies: "1", .tcpTimestamps: "1", .tcpTimeWaitReuse: "2",
  ]

  /// Facts with the kernel's defaults, except for some settings.
  static func example(
    _ services: SocketService..., settings: [KernelSetting: String] = [:], overflow: UInt64 = 0,
    places: Int? = nil, overflowNow: UInt64 = 0, owners: SocketOwners = SocketOwners(),
    in namespace: NetworkNamespace = .current
  ) -> SocketFacts {
    let sockets = places.map { "TCP: inuse 5 orphan 0 tw \($0) alloc 7 mem 1\n" } ?? ""
    return SocketFacts(
      services, owners: owners,
      counters: KernelCounters("TcpExt: TCPTimeWaitOverflow\nTcpExt: \(overflow)\n", sockets: sockets),
      overflow: overflowNow, settings: KernelSettings(quietSettings.merging(settings) { $1 }), in: namespace)
  }
}

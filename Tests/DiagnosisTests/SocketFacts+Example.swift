// SPDX-License-Identifier: Apache-2.0

import IPVS
import Testing

@testable import Diagnosis
@testable import Host

extension SocketService {
  /// A service with these numbers of sockets; those elsewhere are used from 192.0.2.1, or from ::1 by IPv6.
  static func example(
    _ endpoint: String, isLocal: Bool = false, _ numbers: [HostSocket.State: Int]
  ) throws -> SocketService {
    let endpoint = try #require(Endpoint(endpoint))
    let counts = numbers.reduce(into: SocketCounts()) { $0[$1.key] = $1.value }
    let source = try #require(InternetAddress(endpoint.address.isIPv6 ? "::1" : "192.0.2.1"))
    let timeWait = counts[.timeWait]
    return SocketService(
      Name(endpoint, isLocal: isLocal), counts,
      sources: isLocal ? [] : [Source(source, live: counts.total - timeWait, timeWait: timeWait)])
  }
}

extension SocketFacts {
  /// What is found where there is nothing to find.
  static let quietSettings: [KernelSetting: String] = [
    .localPortRange: "32768\t60999", .localReservedPorts: "", .tcpFinTimeout: "60", .tcpMaxTimeWaitBuckets: "8192",
    .tcpSyncookies: "1", .tcpTimestamps: "1", .tcpTimeWaitReuse: "2",
  ]

  /// Facts with the kernel's defaults, but for some settings.
  static func example(
    _ services: SocketService..., settings: [KernelSetting: String] = [:], overflow: UInt64 = 0,
    owners: SocketOwners = SocketOwners()
  ) -> SocketFacts {
    SocketFacts(
      services, owners: owners, timeWaitOverflow: overflow,
      settings: KernelSettings(quietSettings.merging(settings) { $1 }))
  }
}

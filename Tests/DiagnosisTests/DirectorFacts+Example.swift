// SPDX-License-Identifier: Apache-2.0

import Connections
import Directors
import Host

@testable import Diagnosis
@testable import IPVS

extension DirectorFacts {
  /// A director at which all is well, but for what a test says.
  static func example(
    fallback: Fallback = .none,
    timeouts: Timeouts = Timeouts(tcp: 60, tcpfin: 30, udp: 45),
    services: Result<VirtualServices, BackendError> = .success(
      VirtualServices(services: [.tcp: 1], servers: [.init(.tcp, .masquerading): 2])),
    connections: Result<ConnectionSummary, BackendError> = .success(.example([]))
  ) -> DirectorFacts {
    DirectorFacts(
      namespace: .current, backend: fallback == .none ? .netlink : .ipvsadm, fallback: fallback, timeouts: timeouts,
      services: services, connections: connections, settings: .success(KernelSettings([:])),
      surroundings: Surroundings())
  }
}

extension ConnectionSummary {
  /// A summary of connections in these states, with this time left, where the timeouts are those of the example.
  static func example(_ states: [(Connection.Transport, Connection.State, UInt32)]) -> ConnectionSummary {
    var summary = ConnectionSummary(by: OutdatedRule(Timeouts(tcp: 60, tcpfin: 30, udp: 45)))
    for (transport, state, seconds) in states {
      let endpoint = Endpoint(InternetAddress(ipv4: 0xC000_0201), port: 1)
      summary.add(
        Connection(transport, client: endpoint, service: endpoint, server: endpoint, state: state, secondsLeft: seconds)
      )
    }
    return summary
  }
}

// SPDX-License-Identifier: Apache-2.0

import IPVS
import Testing

@testable import Doctor

/// The list of services, as kernels write it.
@Suite struct ServiceTableTests {
  private let table = ServiceTable.reading(
    """
    TCP  C0000264:0050 rr persistent 36000 FFFFFFFF
      -> C6336402:1F90      Masq    1      0          0
      -> C6336403:1F90      Masq    0      0          0
    TCP  [2001:0db8:0001:0000:0000:0000:0000:0100]:0050 wlc
      -> [2001:0db8:0002:0000:0000:0000:0000:0002]:0050      Tunnel  1      0          0
    UDP  C0000264:0000 rr ops persistent 100 FFFFFFFF
      -> C6336402:0000      Masq    1      0          0
    FWM  00000104 rr persistent 30000 FFFFFFFF
      -> CB007101:0000      Route   1      0          0
    """)

  @Test func `has services with names, persistence and servers`() throws {
    #expect(
      table.services.map(\.name) == [
        "TCP 192.0.2.100:80", "TCP [2001:db8:1::100]:80", "UDP 192.0.2.100:0", "FWM 260",
      ])
    #expect(table.services.map(\.persistence) == [360, nil, 1, 300])
    #expect(table.services.map(\.servers.count) == [2, 1, 1, 1])
  }

  static let connections: [(Connection.Transport, String, String, Bool)] = [
    (.tcp, "192.0.2.100:80", "198.51.100.2:8080", false),
    (.tcp, "192.0.2.100:80", "198.51.100.4:8080", true),
    (.tcp, "192.0.2.100:80", "198.51.100.2:80", true),
    (.tcp, "[2001:db8:1::100]:80", "[2001:db8:2::2]:80", false),
    (.tcp, "[2001:db8:1::100]:80", "[2001:db8:2::3]:80", true),
    // A service of all ports.
    (.udp, "192.0.2.100:53", "198.51.100.2:53", false),
    (.udp, "192.0.2.100:53", "198.51.100.3:53", true),
    // A firewall mark, a data connection of FTP, or a service that is gone: only the address of the server counts.
    (.tcp, "192.0.2.101:80", "203.0.113.1:80", false),
    (.tcp, "192.0.2.100:20", "198.51.100.2:20", false),
    (.tcp, "192.0.2.101:80", "203.0.113.9:80", true),
  ]

  @Test(arguments: connections)
  func `knows connections to servers that are gone`(
    transport: Connection.Transport, service: String, server: String, isLost: Bool
  ) throws {
    let connection = Connection(
      transport, client: try endpoint("192.0.2.2:40000"), service: try endpoint(service),
      server: try endpoint(server), state: .established, secondsLeft: 1)
    #expect(table.hasLost(connection) == isLost)
  }

  @Test(arguments: ["TCP", "TCP x rr", "FWM x rr", "  -> C6336402:1F90 Masq", "nothing at all", ""])
  func `refuses a line that it does not know`(line: String) {
    var table = ServiceTable()
    let isAccepted = table.add(line[...])
    #expect(!isAccepted)
    #expect(table.services.isEmpty)
  }
}

extension ServiceTable {
  /// The services of these lines, on a kernel with 100 ticks in a second.
  static func reading(_ lines: String) -> ServiceTable {
    var table = ServiceTable(ticksPerSecond: 100)
    for line in lines.split(separator: "\n") {
      let isAccepted = table.add(line)
      #expect(isAccepted, "\(line)")
    }
    return table
  }
}

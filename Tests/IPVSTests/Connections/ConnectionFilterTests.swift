// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import IPVS

@Suite struct ConnectionFilterTests {
  @Test func `accepts everything if it is empty`() throws {
    #expect(ConnectionFilter().passes(try .example(.tcp, .established, 5)))
  }

  @Test(arguments: [
    ("192.0.2.2:1", "192.0.2.100:80", "198.51.100.2:8080", true),
    ("192.0.2.3:1", "192.0.2.100:80", "198.51.100.2:8080", false),
    ("192.0.2.2:1", "192.0.2.100:81", "198.51.100.2:8080", false),
    ("192.0.2.2:1", "192.0.2.101:80", "198.51.100.2:8080", false),
    ("192.0.2.2:1", "192.0.2.100:80", "198.51.100.3:8080", false),
    ("192.0.2.2:1", "192.0.2.100:80", "198.51.100.2:8081", false),
  ])
  func `compares each part`(client: String, service: String, server: String, passes: Bool) throws {
    let connection = try Connection.example(.tcp, .established, 5, client: client, service: service, server: server)
    var filter = ConnectionFilter()
    filter.states = [.finWait, .established]
    filter.client = InternetAddress(parsing: "192.0.2.2")
    filter.service = Endpoint(parsing: "192.0.2.100:80")
    (filter.server, filter.serverPort) = (InternetAddress(parsing: "198.51.100.2"), 8080)
    #expect(filter.passes(connection) == passes)
    filter.states = [.finWait]
    #expect(!filter.passes(connection))
  }

  @Test func `accepts any port of a real server if none is named, and IPv6 in any spelling`() throws {
    var filter = ConnectionFilter()
    filter.server = InternetAddress(parsing: "2001:DB8:2:0::2")
    #expect(filter.passes(try .example(.tcp, .established, 5, server: "[2001:db8:2::2]:8080")))
    #expect(!filter.passes(try .example(.tcp, .established, 5, server: "[2001:db8:2::3]:8080")))
    // The same bits, but another address.
    filter.server = InternetAddress(parsing: "::c633:6402")
    #expect(!filter.passes(try .example(.tcp, .established, 5, server: "198.51.100.2:8080")))
  }
}

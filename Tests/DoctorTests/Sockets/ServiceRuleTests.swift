// SPDX-License-Identifier: Apache-2.0

import IPVS
import Testing

@testable import Doctor

/// Which end is the service.
@Suite struct ServiceRuleTests {
  private static let ports = EphemeralPorts(range: "32768 60999", reserved: "40000")

  @Test(
    arguments: [
      // Somebody listens at the local end.
      ("192.0.2.1:80", "198.51.100.1:40001", "192.0.2.1:80", true),
      ("192.0.2.1:33000", "198.51.100.1:22", "192.0.2.1:33000", true),
      ("192.0.2.1:443", "198.51.100.1:40001", "0.0.0.0:443", true),
      ("192.0.2.1:8080", "198.51.100.1:40001", "[::]:8080", true),
      ("[2001:db8::1]:8080", "[2001:db8::2]:40001", "[::]:8080", true),
      // Nobody listens there in the other family, or at the other address.
      ("[2001:db8::1]:443", "[2001:db8::2]:80", "[2001:db8::2]:80", false),
      ("192.0.2.2:80", "198.51.100.1:22", "198.51.100.1:22", false),
      // One end has an ephemeral port.
      ("192.0.2.1:40001", "198.51.100.1:3306", "198.51.100.1:3306", false),
      ("192.0.2.1:3306", "198.51.100.1:40001", "192.0.2.1:3306", true),
      ("192.0.2.1:40001", "198.51.100.1:61000", "198.51.100.1:61000", false),
      ("192.0.2.1:61000", "198.51.100.1:40001", "192.0.2.1:61000", true),
      ("192.0.2.1:40000", "198.51.100.1:40001", "192.0.2.1:40000", true),
      // Both have, whichever is lower.
      ("192.0.2.1:50000", "198.51.100.1:50001", "198.51.100.1:50001", false),
      ("192.0.2.1:50001", "198.51.100.1:50000", "198.51.100.1:50000", false),
      ("192.0.2.1:33000", "198.51.100.1:50000", "192.0.2.1:33000", true),
      // Neither has.
      ("192.0.2.1:1000", "198.51.100.1:2049", "192.0.2.1:1000", true),
      ("192.0.2.1:179", "198.51.100.1:179", "198.51.100.1:179", false),
    ])
  func `is decided by who listens, else by the ports`(local: String, remote: String, service: String, isLocal: Bool)
    throws
  {
    var listeners = Listeners()
    for text in ["192.0.2.1:80", "192.0.2.1:33000", "0.0.0.0:443", "[::]:8080"] { listeners.add(try endpoint(text)) }
    let rule = ServiceRule(listeners, ServiceRuleTests.ports)
    #expect(
      try rule.service(of: socket(local, remote)) == SocketService.Name(try endpoint(service), isLocal: isLocal))
  }

  @Test func `many connections to a service on an ephemeral port are its own`() throws {
    let rule = ServiceRule(Listeners(), EphemeralPorts(range: "50001 50500", reserved: nil))
    let services = try Set((50_001...50_500).map { try rule.service(of: socket("192.0.2.1:\($0)", "192.0.2.2:50490")) })
    #expect(services == [SocketService.Name(try endpoint("192.0.2.2:50490"), isLocal: false)])
  }

  @Test func `where more endpoints are listened at than are kept, each further one counts for all addresses`() throws {
    var listeners = Listeners()
    for number in 0..<UInt32(Listeners.maximumEndpoints) {
      listeners.add(Endpoint(InternetAddress(ipv4: 0x0A00_0000 + number), port: 80))
    }
    let last = Endpoint(InternetAddress(ipv4: 0x0A00_0000 + UInt32(Listeners.maximumEndpoints) - 1), port: 80)
    #expect(listeners.listener(for: last) == last)
    #expect(listeners.listener(for: try endpoint("192.0.2.1:80")) == nil)
    listeners.add(try endpoint("192.0.2.7:81"))
    listeners.add(try endpoint("[2001:db8::7]:82"))
    #expect(listeners.listener(for: try endpoint("192.0.2.1:81")) == (try endpoint("0.0.0.0:81")))
    #expect(listeners.listener(for: try endpoint("[2001:db8::1]:82")) == (try endpoint("[::]:82")))
  }
}

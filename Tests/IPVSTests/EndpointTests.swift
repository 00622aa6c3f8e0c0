// SPDX-License-Identifier: Apache-2.0

import IPVS
import Testing

@Suite struct EndpointTests {
  @Test(arguments: [
    ("192.0.2.1:80", "192.0.2.1:80"), ("192.0.2.1:0", "192.0.2.1:0"), ("192.0.2.1:65535", "192.0.2.1:65535"),
    ("[2001:db8::1]:80", "[2001:db8::1]:80"), ("[2001:DB8:0:0::1]:080", "[2001:db8::1]:80"),
    ("[::ffff:192.0.2.1]:80", "[::ffff:192.0.2.1]:80"),
  ])
  func `is read as people write it`(text: String, canonical: String) throws {
    #expect(try #require(Endpoint(parsing: text)).description == canonical)
  }

  @Test(arguments: [
    "", ":", "192.0.2.1", "192.0.2.1:", "192.0.2.1:65536", "192.0.2.1:-1", "192.0.2.1:+1", "192.0.2.1: 1",
    "192.0.2.1:http",
    "192.0.2:80", "192.0.2.256:80", ":80", "[192.0.2.1]:80", "2001:db8::1:80", "[2001:db8::1]", "[2001:db8::1:80",
    "2001:db8::1]:80", "[]:80", "[2001:db8::1%eth0]:80",
  ])
  func `refuses any other text`(text: String) {
    #expect(Endpoint(parsing: text) == nil)
  }
}

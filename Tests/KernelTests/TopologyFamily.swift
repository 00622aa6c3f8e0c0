// SPDX-License-Identifier: Apache-2.0

import Testing

extension Topology {
  /// The addresses of one address family, and the services at them.
  struct Family: CustomTestStringConvertible {
    let client: String
    /// An unused address in the client's network.
    ///
    /// Answers to it arrive nowhere.
    let nobody: String
    let masqueraded: String
    let routed: String
    let server: String

    static let ipv4 = Family(
      client: "192.0.2.2", nobody: "192.0.2.9", masqueraded: "192.0.2.100", routed: "192.0.2.101",
      server: "198.51.100.2")
    static let ipv6 = Family(
      client: "2001:db8:1::2", nobody: "2001:db8:1::9", masqueraded: "2001:db8:1::100", routed: "2001:db8:1::101",
      server: "2001:db8:2::2")

    static func written(_ address: String) -> String { address.contains(":") ? "[\(address)]" : address }

    var rules: String {
      let (nat, route, real) = (Family.written(masqueraded), Family.written(routed), Family.written(server))
      return """
        -A -t \(nat):80 -s rr
        -a -t \(nat):80 -r \(real):8080 -m
        -A -t \(nat):81 -s rr
        -a -t \(nat):81 -r \(real):8081 -m
        -A -t \(nat):21 -s rr
        -a -t \(nat):21 -r \(real):21 -m
        -A -u \(nat):53 -s rr
        -a -u \(nat):53 -r \(real):5353 -m
        -A -t \(nat):443 -s rr -p 360
        -a -t \(nat):443 -r \(real):8080 -m
        -A -u \(nat):54 -s rr -o
        -a -u \(nat):54 -r \(real):5353 -m
        -A -t \(route):80 -s rr
        -a -t \(route):80 -r \(real):80 -g
        -A -u \(route):53 -s rr
        -a -u \(route):53 -r \(real):53 -g
        """
    }

    var testDescription: String { client }
  }
}

// SPDX-License-Identifier: Apache-2.0

import Testing

/// A client, a director and a real server, each in its own network namespace: `Tests/Lab/topology`.
///
/// A second link, from the server to the client, is for direct routing, where answers bypass the director.
struct Topology {
  static let client = Namespace(name: "client")
  static let director = Namespace(name: "director")
  static let server = Namespace(name: "server")

  private static let directLink = """
    link add direct netns server type veth peer name direct netns client
    -n client link set direct up
    -n client address add 203.0.113.1/24 dev direct
    -n client address add 2001:db8:3::1/64 dev direct nodad
    -n server link set direct up
    -n server address add 203.0.113.2/24 dev direct
    -n server address add 2001:db8:3::2/64 dev direct nodad
    -n server address add 192.0.2.101/32 dev lo
    -n server address add 2001:db8:1::101/128 dev lo nodad
    -n server rule add from 192.0.2.101 table 100
    -n server -6 rule add from 2001:db8:1::101 table 100
    -n server route add default via 203.0.113.1 table 100
    -n server -6 route add default via 2001:db8:3::1 table 100
    -n director address add 192.0.2.101/32 dev client
    -n director address add 2001:db8:1::101/128 dev client nodad
    """

  /// Makes it for a test, and removes it afterwards, whatever happens.
  static func with(rules: String, _ body: @Sendable () async throws -> Void) async throws {
    let result: Result<Void, any Error>
    do {
      let script = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
      try await Guest.output(["sh", "-e", "/\(script)/Lab/topology"])
      for command in directLink.split(separator: "\n") {
        try await Guest.output(["ip"] + command.split(separator: " ").map(String.init))
      }
      for rule in rules.split(separator: "\n") {
        try await Guest.output(director.entering + [Guest.ipvsadm] + rule.split(separator: " ").map(String.init))
      }
      result = .success(try await body())
    } catch {
      result = .failure(error)
    }
    for namespace in ["client", "director", "server"] { _ = try await Guest.run(["ip", "netns", "delete", namespace]) }
    try result.get()
  }
}

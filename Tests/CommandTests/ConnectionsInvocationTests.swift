// SPDX-License-Identifier: Apache-2.0

import Connections
import IPVS
import Testing

@testable import ipvs_timeout

/// What command lines ask about connections.
@Suite struct ConnectionsInvocationTests {
  private func request(_ arguments: String...) throws -> ConnectionsRequest {
    guard case .connections(let request, _, _) = try Invocation(["connections"] + arguments) else {
      throw Failure.usage("it is another command")
    }
    return request
  }

  @Test func `ask for all of them where nothing is said`() throws {
    #expect(try request() == ConnectionsRequest())
    #expect(
      try Invocation(["connections", "--all-netns", "--format", "prometheus"])
        == .connections(
          ConnectionsRequest(), .init(format: .prometheus), .init(scope: Scope(choice: .all))))
  }

  @Test func `ask for those that are outdated, and for some`() throws {
    var filter = ConnectionFilter()
    filter.states = [.finWait, .udp]
    filter.service = Endpoint("[2001:db8::1]:80")
    filter.server = InternetAddress("198.51.100.2")
    filter.client = InternetAddress("2001:db8::2")
    let request = try request(
      "--outdated", "--state", "fin_wait", "--state", "UDP", "--service", "[2001:db8:0::1]:80",
      "--real-server", "198.51.100.2", "--client", "2001:db8::2")
    #expect(request == ConnectionsRequest(filter: filter, isList: true))
  }

  @Test(
    arguments: [
      ("198.51.100.2:8080", "198.51.100.2", 8080), ("[2001:db8::2]:8080", "2001:db8::2", 8080),
      ("2001:db8::2", "2001:db8::2", nil),
    ] as [(String, String, UInt16?)])
  func `name a real server with a port or without`(text: String, address: String, port: UInt16?) throws {
    let filter = try request("--real-server", text).filter
    #expect(filter.server == InternetAddress(address))
    #expect(filter.serverPort == port)
  }

  @Test func `ask to wait`() throws {
    #expect(try request("--wait") == ConnectionsRequest(isWaiting: true))
    #expect(
      try request("--wait", "--within", "1h30m") == ConnectionsRequest(isWaiting: true, patience: .seconds(5_400)))
  }

  @Test(arguments: [
    (["--within", "5m"], "--within says how long --wait may take, so it goes with --wait only"),
    (["--wait", "--within", "0"], #"--within takes a time from 1 s to 31 days (90, 90s, 15m), not "0""#),
    (["--wait", "--within", "soon"], #"--within takes a time from 1 s to 31 days (90, 90s, 15m), not "soon""#),
    (["--wait", "--within", "32d"], #"--within takes a time from 1 s to 31 days (90, 90s, 15m), not "32d""#),
    (
      ["--state", "ESTABLISHD"],
      #""ESTABLISHD" is not a state; there are ESTABLISHED, FIN_WAIT, TIME_WAIT, CLOSE_WAIT, LAST_ACK, CLOSE,"#
        + " SYN_SENT, SYN_RECV, SYNACK, LISTEN, UDP, ASSURED, NONE"
    ),
    (["--service", "192.0.2.1"], #"--service takes 192.0.2.1:80 or [2001:db8::1]:80, not "192.0.2.1""#),
    (["--service", "2001:db8::1:80"], #"--service takes 192.0.2.1:80 or [2001:db8::1]:80, not "2001:db8::1:80""#),
    (
      ["--real-server", "web1"],
      #"--real-server takes an address or 192.0.2.1:80 or [2001:db8::1]:80, not "web1""#
    ),
    (["--client", "192.0.2.1:80"], #"--client takes an address, not "192.0.2.1:80""#),
    (["--client", ""], #"--client takes an address, not """#),
    (
      ["--outdated", "--format", "prometheus"], "this command does not write prometheus; it takes --format text, json"
    ),
    (["--format", "rules"], "this command does not write rules; it takes --format text, json, prometheus"),
  ])
  func `that make no sense are refused`(arguments: [String], sentence: String) throws {
    let failure = try #require(throws: Failure.self) { try Invocation(["connections"] + arguments) }
    #expect(failure == .usage(sentence))
  }
}

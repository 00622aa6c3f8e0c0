// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import IPVS
@testable import ipvs_timeout

/// The requests that command lines about connections make.
@Suite struct ConnectionsInvocationTests {
  private func request(_ arguments: String...) throws -> ConnectionsRequest {
    guard case .connections(let request) = try Invocation(["connections"] + arguments) else {
      throw Failure.usage("it is another command")
    }
    return request
  }

  @Test func `ask for all connections by default`() throws {
    #expect(try request() == ConnectionsRequest())
    #expect(
      try Invocation(["connections", "--all-netns", "--format", "prometheus"])
        == .connections(
          ConnectionsRequest(
            result: .summary(.prometheus), access: Access(selection: NamespaceSelection(choice: .all)))))
  }

  @Test func `ask for the outdated ones, and for some`() throws {
    var filter = ConnectionFilter()
    filter.states = [.finWait, .udp]
    filter.service = Endpoint(parsing: "[2001:db8::1]:80")
    filter.server = InternetAddress(parsing: "198.51.100.2")
    filter.client = InternetAddress(parsing: "2001:db8::2")
    let request = try request(
      "--outdated", "--state", "fin_wait", "--state", "UDP", "--service", "[2001:db8:0::1]:80",
      "--real-server", "198.51.100.2", "--client", "2001:db8::2")
    #expect(request == ConnectionsRequest(filter: filter, result: .outdated(.text)))
  }

  @Test(
    arguments: [
      ("198.51.100.2:8080", "198.51.100.2", 8080), ("[2001:db8::2]:8080", "2001:db8::2", 8080),
      ("2001:db8::2", "2001:db8::2", nil),
    ] as [(String, String, UInt16?)])
  func `name a real server with or without a port`(text: String, address: String, port: UInt16?) throws {
    let filter = try request("--real-server", text).filter
    #expect(filter.server == InternetAddress(parsing: address))
    #expect(filter.serverPort == port)
  }

  @Test(
    arguments: [
      (["--wait"], .asLongAsItTakes), (["--wait", "1h30m"], .atMost(.seconds(5_400))),
      (["--wait=90"], .atMost(.seconds(90))), (["--wait", "31d"], .atMost(.seconds(2_678_400))),
    ] as [([String], ConnectionsRequest.Wait)])
  func `ask to wait`(arguments: [String], wait: ConnectionsRequest.Wait) throws {
    let others = ["--outdated", "--state", "udp", "--quiet"]
    for arguments in [arguments, others + arguments, arguments + others] {
      guard case .connections(let request) = try Invocation(["connections"] + arguments) else {
        Issue.record("\(arguments)")
        continue
      }
      #expect(request.wait == wait, "\(arguments)")
      #expect(request.result == (arguments.contains("--outdated") ? .outdated(.text) : .summary(.text)))
    }
  }

  @Test(arguments: [
    (["--wait", "0"], #"--wait accepts a time from 1 s to 31 days (90, 90s, 15m), not "0""#),
    (["--wait", ""], #"--wait accepts a time from 1 s to 31 days (90, 90s, 15m), not """#),
    (["--wait", "soon"], #"--wait accepts a time from 1 s to 31 days (90, 90s, 15m), not "soon""#),
    (["--wait", "32d"], #"--wait accepts a time from 1 s to 31 days (90, 90s, 15m), not "32d""#),
    (["--wait", "1.5h"], #"--wait accepts a time from 1 s to 31 days (90, 90s, 15m), not "1.5h""#),
    (["--wait", "-"], #"--wait accepts a time from 1 s to 31 days (90, 90s, 15m), not "-""#),
    (["--wait="], #"--wait accepts a time from 1 s to 31 days (90, 90s, 15m), not """#),
    (["--wait=-5"], #"--wait accepts a time from 1 s to 31 days (90, 90s, 15m), not "-5""#),
    (["--wait", "--outdated", "15m"], "connections does not accept '15m'; run `ipvs-timeout help connections`"),
    (["--wait", "-5"], "connections has no option -5; run `ipvs-timeout help connections`"),
    (["--within", "5m"], "connections has no option --within; it is an option of try"),
    (
      ["--state", "ESTABLISHD"],
      #""ESTABLISHD" is not a state; the states are ESTABLISHED, FIN_WAIT, TIME_WAIT, CLOSE_WAIT, LAST_ACK, CLOSE,"#
        + " SYN_SENT, SYN_RECV, SYNACK, LISTEN, UDP, ASSURED, NONE, INIT1, INIT, C-SENT, C-REPLIED, C-WAIT, COOKIE,"
        + " C-ECHOED, S-SENT, S-RECEIVED, S-ACK-SENT, REJECTED, CLOSED"
    ),
    (
      ["--service", "192.0.2.1"],
      #"--service needs an address and a port, not "192.0.2.1"; write 192.0.2.1:80 or [2001:db8::1]:80"#
    ),
    (
      ["--service", "2001:db8::1:80"],
      #"--service needs an address and a port, not "2001:db8::1:80"; write 192.0.2.1:80 or [2001:db8::1]:80"#
    ),
    (
      ["--real-server", "web1"],
      #"--real-server needs an address, not "web1"; write 192.0.2.1, 2001:db8::1, 192.0.2.1:80 or [2001:db8::1]:80"#
    ),
    (["--client", "192.0.2.1:80"], #"--client needs an address, not "192.0.2.1:80"; write 192.0.2.1 or 2001:db8::1"#),
    (["--client", ""], #"--client needs an address, not ""; write 192.0.2.1 or 2001:db8::1"#),
    (
      ["--outdated", "--format", "prometheus"],
      "--outdated lists connections, which no metric can; use --format text or json"
    ),
    (
      ["--format", "rules"],
      "The value 'rules' is invalid for '--format <format>'."
        + " Please provide one of 'text', 'json' or 'prometheus'; run `ipvs-timeout help connections`"
    ),
  ])
  func `are refused if they make no sense`(arguments: [String], sentence: String) throws {
    let failure = try #require(throws: Failure.self) { try Invocation(["connections"] + arguments) }
    #expect(failure == .usage(sentence))
  }
}

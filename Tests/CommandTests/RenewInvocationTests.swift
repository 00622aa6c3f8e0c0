// SPDX-License-Identifier: Apache-2.0

import Directors
import Testing

@testable import IPVS
@testable import ipvs_timeout

/// The requests that command lines about renewed connections make.
@Suite struct RenewInvocationTests {
  private func request(_ arguments: String...) throws -> RenewRequest {
    guard case .renew(let request) = try Invocation(["renew"] + arguments) else {
      throw Failure.usage("it is another command")
    }
    return request
  }

  @Test func `ask for all outdated connections by default`() throws {
    #expect(try request() == RenewRequest(renewal: Renewal()))
    #expect(try !request().renewal.isConfirmed && !request().isDryRun)
    #expect(try request().renewal.rule == RenewalRule())
  }

  @Test func `ask for more connections, or for other timers`() throws {
    var rule = RenewalRule()
    rule.includesShorter = true
    #expect(try request("--shorter") == RenewRequest(renewal: Renewal(rule: rule)))
    rule = RenewalRule()
    rule.isSinceLastPacket = true
    #expect(try request("--since-last-packet") == RenewRequest(renewal: Renewal(rule: rule)))
    #expect(try request("--yes") == RenewRequest(renewal: Renewal(isConfirmed: true)))
    #expect(try request("--dry-run") == RenewRequest(renewal: Renewal(), isDryRun: true))
  }

  @Test func `choose connections, namespaces and the output`() throws {
    var rule = RenewalRule()
    rule.filter.states = [.finWait, .udp]
    rule.filter.service = Endpoint(parsing: "[2001:db8::1]:80")
    (rule.filter.server, rule.filter.serverPort) = (InternetAddress(parsing: "198.51.100.2"), 8080)
    rule.filter.client = InternetAddress(parsing: "2001:db8::2")
    let request = try request(
      "--state", "fin_wait", "--state", "UDP", "--service", "[2001:db8:0::1]:80", "--real-server", "198.51.100.2:8080",
      "--client", "2001:db8::2", "--in-use", "--quiet", "--format", "json")
    #expect(
      request
        == RenewRequest(
          renewal: Renewal(rule: rule), output: TimeoutsOutput(format: .json, isQuiet: true),
          access: Access(selection: NamespaceSelection(choice: .all, isInUseOnly: true))))
  }

  /// `set`, `try`, `with` and `apply` with these options, and the renewal that they ask for.
  @Test(
    arguments: [
      ([], nil), (["--renew"], (false, false)), (["--renew", "--yes"], (false, true)),
      (["--since-last-packet", "--renew"], (true, false)), (["--yes", "--since-last-packet", "--renew"], (true, true)),
    ] as [([String], (isSinceLastPacket: Bool, isConfirmed: Bool)?)])
  func `ask to renew after a change`(options: [String], wanted: (isSinceLastPacket: Bool, isConfirmed: Bool)?) throws {
    let renewal = wanted.map { wanted in
      var rule = RenewalRule()
      rule.isSinceLastPacket = wanted.isSinceLastPacket
      return Renewal(rule: rule, isConfirmed: wanted.isConfirmed)
    }
    let timeouts = Timeouts(udp: 5)
    let set = SetRequest(wanted: timeouts)
    #expect(
      try Invocation(["set", "--udp", "5"] + options) == (renewal.map { .setAndRenew(set, $0) } ?? .set(set)))
    #expect(
      try Invocation(["try", "--udp", "5"] + options + ["--", "a"])
        == .trial(TrialRequest(wanted: timeouts, work: .trying(["a"]), renewal: renewal)))
    #expect(
      try Invocation(["with", "--udp", "5"] + options + ["--", "a"])
        == .trial(TrialRequest(wanted: timeouts, work: .running(["a"]), renewal: renewal)))
    // A policy that changes nothing renews nothing.
    var afterChange = renewal
    afterChange?.isAfterChangeOnly = true
    guard case .apply(let request) = try Invocation(["apply", "policy.yaml"] + options) else {
      Issue.record("it is another command")
      return
    }
    #expect(request.renewal == afterChange)
  }

  private static let shorter =
    "--since-last-packet needs the timeouts before they were raised, so --shorter cannot use it; use"
    + " `ipvs-timeout set … --renew --since-last-packet`"
  private static let sinceWithoutRenew = "--since-last-packet is about renewed connections; add --renew"
  private static let yesWithoutRenew = "--yes is about renewed connections; add --renew"
  private static let ipvsadm = "--renew works over netlink only; leave out --backend ipvsadm"
  private static let sockopt = "--renew works over netlink only; leave out --backend sockopt"

  @Test(arguments: [
    (["renew", "--shorter", "--since-last-packet"], shorter),
    (["set", "--udp", "5", "--since-last-packet"], sinceWithoutRenew),
    (["set", "--udp", "5", "--yes"], yesWithoutRenew),
    (["apply", "policy.yaml", "--since-last-packet", "--yes"], sinceWithoutRenew),
    (["apply", "policy.yaml", "--yes"], yesWithoutRenew),
    (["try", "--udp", "5", "--yes", "--", "a"], yesWithoutRenew),
    (["with", "--udp", "5", "--since-last-packet", "--", "a"], sinceWithoutRenew),
    (["set", "--udp", "5", "--renew", "--backend", "ipvsadm"], ipvsadm),
    (["apply", "policy.yaml", "--renew", "--backend=ipvsadm"], ipvsadm),
    (["set", "--udp", "5", "--renew", "--backend", "sockopt"], sockopt),
    (["with", "--udp", "5", "--renew", "--backend", "ipvsadm", "--", "a"], ipvsadm),
    (["renew", "60"], "renew does not accept '60'; run `ipvs-timeout help renew`"),
    (["renew", "--renew"], "renew has no option --renew; it is an option of set, try, with and apply"),
    (
      ["verify", "60", "30", "60", "--renew"],
      "verify has no option --renew; it is an option of set, try, with and apply"
    ),
    (["set", "--udp", "5", "--shorter"], "set has no option --shorter; it is an option of renew"),
    (
      ["renew", "--backend", "ipvsadm"],
      "renew has no option --backend; it is an option of show, verify, connections, doctor, set, try, with and apply"
    ),
    (
      ["renew", "--client", "192.0.2.1:80"],
      #"--client needs an address, not "192.0.2.1:80"; write 192.0.2.1 or 2001:db8::1"#
    ),
  ])
  func `are refused if they make no sense`(arguments: [String], sentence: String) throws {
    let failure = try #require(throws: Failure.self) { try Invocation(arguments) }
    #expect(failure == .usage(sentence))
  }
}

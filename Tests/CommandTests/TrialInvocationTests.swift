// SPDX-License-Identifier: Apache-2.0

import Directors
import IPVS
import Testing

@testable import ipvs_timeout

/// The requests that the command lines of `try`, `with` and `rollback` make.
@Suite struct TrialInvocationTests {
  static let sixty = Timeouts(tcp: 60, tcpFin: 30, udp: 60)

  @Test(
    arguments: [
      (["try", "60", "30", "60", "--", "a", "b"], sixty, .trying(["a", "b"])),
      (["try", "-", "-", "5s", "--within", "90", "--", "a"], Timeouts(udp: 5), .trying(["a"], within: .seconds(90))),
      (["try", "--udp", "5s", "--after", "90s", "--", "a"], Timeouts(udp: 5), .trying(["a"], after: .seconds(90))),
      (
        ["try", "--udp", "5s", "--within", "1m", "--after", "1", "--", "a"], Timeouts(udp: 5),
        .trying(["a"], after: .seconds(1), within: .seconds(60))
      ),
      (["try", "--udp", "5s", "--confirm"], Timeouts(udp: 5), .asking(within: .seconds(60))),
      (["try", "--udp", "5s", "--confirm", "--within", "2m"], Timeouts(udp: 5), .asking(within: .seconds(120))),
      (["with", "60", "30", "60", "--", "a"], sixty, .running(["a"])),
      (["with", "default", "--", "default"], .kernelDefault, .running(["default"])),
      // The command's words are its own.
      (
        ["with", "--udp", "5", "--", "show", "--", "-1", "--help", "--udp", "", "-h"], Timeouts(udp: 5),
        .running(["show", "--", "-1", "--help", "--udp", "", "-h"])
      ),
    ] as [([String], Timeouts, TrialRequest.Work)])
  func `a trial`(arguments: [String], wanted: Timeouts, work: TrialRequest.Work) throws {
    let request = TrialRequest(wanted: wanted, work: work)
    #expect(try Invocation(arguments) == .trial(request))
  }

  @Test func `options before the command`() throws {
    let arguments = [
      "with", "--quiet", "--udp", "5s", "--format", "json", "--dry-run", "--netns", "blue", "--backend", "ipvsadm",
      "--",
      "a", "--quiet",
    ]
    let request = TrialRequest(
      wanted: Timeouts(udp: 5), work: .running(["a", "--quiet"]), isDryRun: true,
      output: TimeoutsOutput(format: .json, isQuiet: true),
      access: Access(backend: .ipvsadm, selection: NamespaceSelection(choice: .one(.named("blue")))))
    #expect(try Invocation(arguments) == .trial(request))
  }

  @Test func `a rollback`() throws {
    #expect(try Invocation(["rollback"]) == .rollback(RollbackRequest()))
    #expect(
      try Invocation(["rollback", "--keep", "--format", "json"])
        == .rollback(RollbackRequest(isKeeping: true, output: TimeoutsOutput(format: .json))))
  }

  private static func needed(_ command: String) -> String {
    "a command is missing; write it after --, as in `ipvs-timeout \(command) --udp 5s -- ./deploy`"
  }
  private static let time = " accepts a time from 1 s to 31 days (90, 90s, 15m), not "

  @Test(arguments: [
    (["try", "60", "30", "60"], needed("try")),
    (["with", "60", "30", "60", "--"], needed("with")),
    (["with", "60", "30", "60", "--", ""], needed("with")),
    (["try", "--", "true"], UsageErrorTests.threeValues("try", 0)),
    (["with", "0", "-", "0", "--", "true"], "there is nothing to set; name at least one timeout"),
    (["try", "60", "30", "--", "true"], UsageErrorTests.threeValues("try", 2)),
    (["try", "--udp", "5", "--confirm", "--", "true"], "use either a command or --confirm, not both"),
    (["try", "--udp", "5", "--within", "0", "--", "true"], "--within" + time + "\"0\""),
    (["try", "--udp", "5", "--within", "x", "--confirm"], "--within" + time + "\"x\""),
    (["try", "--udp", "5", "--after", "0", "--", "true"], "--after" + time + "\"0\""),
    (["try", "--udp", "5", "--after", "32d", "--", "true"], "--after" + time + "\"32d\""),
    (
      ["try", "--udp", "5", "--after", "1m", "--confirm"],
      "--after waits before a command, and --confirm runs none; wait as long as you like before you answer"
    ),
    (["try", "--udp", "5", "--after", "1m"], needed("try")),
    (
      ["with", "--udp", "5", "--", "rm", "\u{FFFD}"],
      "the command's word \"\u{FFFD}\" is not UTF-8; write the command into a script"
    ),
    (
      ["with", "--udp", "5", "--format", "prometheus", "--", "true"],
      "The value 'prometheus' is invalid for '--format <format>'."
        + " Please provide one of 'text' and 'json'; run `ipvs-timeout help with`"
    ),
  ])
  func `words that make no sense are refused`(arguments: [String], sentence: String) {
    #expect(throws: Failure.usage(sentence)) { try Invocation(arguments) }
  }
}

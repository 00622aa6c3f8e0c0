// SPDX-License-Identifier: Apache-2.0

import Directors
import IPVS
import Ipvsadm
import Testing

@testable import ipvs_timeout

/// The requests that command lines make.
@Suite struct InvocationTests {

  static let sixty = Timeouts(tcp: 60, tcpFin: 30, udp: 60)

  @Test(
    arguments: [
      ([], .show(ShowRequest())),
      (["show"], .show(ShowRequest())),
      (["--quiet"], .show(ShowRequest(output: TimeoutsOutput(isQuiet: true)))),
      (["--format", "json"], .show(ShowRequest(output: TimeoutsOutput(format: .json)))),
      (["show", "--format=prometheus"], .show(ShowRequest(output: TimeoutsOutput(format: .prometheus)))),
      (["show", "--format", "text", "--quiet"], .show(ShowRequest(output: TimeoutsOutput(isQuiet: true)))),
      (["show", "--backend", "netlink"], .show(ShowRequest(access: Access(backend: .netlink)))),
      (["show", "--backend", "sockopt"], .show(ShowRequest(access: Access(backend: .sockopt)))),
      (["--backend=ipvsadm"], .show(ShowRequest(access: Access(backend: .ipvsadm)))),
      (["show", "--backend", "auto"], .show(ShowRequest())),
      (["show", "--ipvsadm", "/opt/ipvsadm"], .show(ShowRequest(access: Access(ipvsadm: "/opt/ipvsadm")))),
      (["show", "--ipvsadm=/"], .show(ShowRequest(access: Access(ipvsadm: "/")))),
      (["show", "--format", "json", "--format", "text"], .show(ShowRequest())),
    ] as [([String], Invocation)])
  func `show`(arguments: [String], invocation: Invocation) throws {
    #expect(try Invocation(arguments) == invocation)
  }

  @Test(
    arguments: [
      (["set", "60", "30", "60"], .set(SetRequest(wanted: sixty))),
      (["set", "1m", "30s", "60"], .set(SetRequest(wanted: sixty))),
      (["set", "0", "0", "0"], .set(SetRequest(wanted: Timeouts()))),
      (["set", "-", "-", "5s"], .set(SetRequest(wanted: Timeouts(udp: 5)))),
      (["set", "0", "-", "5"], .set(SetRequest(wanted: Timeouts(udp: 5)))),
      (["set", "default", "default", "default"], .set(SetRequest(wanted: .kernelDefault))),
      (["set", "default"], .set(SetRequest(wanted: .kernelDefault))),
      (["set", "--dry-run", "default"], .set(SetRequest(wanted: .kernelDefault, isDryRun: true))),
      // By name, in any order, with the value apart or attached.
      (["set", "--tcp", "15m"], .set(SetRequest(wanted: Timeouts(tcp: 900)))),
      (["set", "--tcpfin=30"], .set(SetRequest(wanted: Timeouts(tcpFin: 30)))),
      (
        ["set", "--udp", "default", "--tcp", "15m"],
        .set(SetRequest(wanted: Timeouts(tcp: 900, udp: 300)))
      ),
      (["set", "--udp", "-"], .set(SetRequest(wanted: Timeouts()))),
      (["set", "--udp", "5", "--udp", "6"], .set(SetRequest(wanted: Timeouts(udp: 6)))),
      // Options anywhere after the command.
      (["set", "60", "30", "60", "--dry-run"], .set(SetRequest(wanted: sixty, isDryRun: true))),
      (["set", "--dry-run", "60", "30", "60"], .set(SetRequest(wanted: sixty, isDryRun: true))),
      (["set", "60", "--dry-run", "30", "60"], .set(SetRequest(wanted: sixty, isDryRun: true))),
      (
        ["set", "--format", "json", "60", "--backend", "ipvsadm", "30", "--ipvsadm", "/x", "60", "--quiet"],
        .set(
          SetRequest(
            wanted: sixty, output: TimeoutsOutput(format: .json, isQuiet: true),
            access: Access(backend: .ipvsadm, ipvsadm: "/x")))
      ),
      (["set", "--dry-run", "--", "60", "30", "60"], .set(SetRequest(wanted: sixty, isDryRun: true))),
      (["set", "60", "30", "--", "60"], .set(SetRequest(wanted: sixty))),
    ] as [([String], Invocation)])
  func `set`(arguments: [String], invocation: Invocation) throws {
    #expect(try Invocation(arguments) == invocation)
  }

  @Test(
    arguments: [
      (["verify", "60", "30", "60"], .verify(VerifyRequest(wanted: sixty))),
      (["verify", "default"], .verify(VerifyRequest(wanted: .kernelDefault))),
      (["verify", "--udp", "1m"], .verify(VerifyRequest(wanted: Timeouts(udp: 60)))),
      (
        ["verify", "--quiet", "60", "30", "60"],
        .verify(VerifyRequest(wanted: sixty, output: TimeoutsOutput(isQuiet: true)))
      ),
      (
        ["verify", "60", "30", "60", "--format", "json", "--backend", "netlink"],
        .verify(VerifyRequest(wanted: sixty, output: TimeoutsOutput(format: .json), access: Access(backend: .netlink)))
      ),
    ] as [([String], Invocation)])
  func `verify`(arguments: [String], invocation: Invocation) throws {
    #expect(try Invocation(arguments) == invocation)
  }

  @Test(
    arguments: [
      (["-L", "--timeout"], .ipvsadm(.list)),
      (["--list", "--timeout"], .ipvsadm(.list)),
      (["-ln", "--timeout"], .ipvsadm(.list)),
      (["--set", "60", "30", "60"], .ipvsadm(.set(sixty))),
      (["60", "--set", "30", "60"], .ipvsadm(.set(sixty))),
      (["--set", "0", "0", "5"], .ipvsadm(.set(Timeouts(udp: 5)))),
    ] as [([String], Invocation)])
  func `ipvsadm's own forms`(arguments: [String], invocation: Invocation) throws {
    #expect(try Invocation(arguments) == invocation)
  }

  @Test(arguments: [["--version"], ["show", "--version"], ["set", "--version"], ["--version", "-L", "--timeout"]])
  func `the version`(arguments: [String]) throws {
    #expect(try Invocation(arguments) == .text("0.1.0\n"))
  }

  /// A word that both languages have is not ipvsadm's after a command of this program.
  @Test func `a command is not mistaken for ipvsadm's language`() throws {
    #expect(try Invocation(["set", "--tcp", "5"]) == .set(SetRequest(wanted: Timeouts(tcp: 5))))
    #expect(throws: Failure.usage("show has no option --set; run `ipvs-timeout help show`")) {
      try Invocation(["show", "--set"])
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

import Directors
import IPVS
import Ipvsadm
import Testing

@testable import ipvs_timeout

/// What command lines ask for.
@Suite struct InvocationTests {
  private typealias Output = Invocation.Output
  private typealias Access = Invocation.Access

  static let sixty = Timeouts(tcp: 60, tcpFin: 30, udp: 60)

  @Test(
    arguments: [
      ([], .show(Output(), Access())),
      (["show"], .show(Output(), Access())),
      (["--quiet"], .show(Output(isQuiet: true), Access())),
      (["--format", "json"], .show(Output(format: .json), Access())),
      (["show", "--format=prometheus"], .show(Output(format: .prometheus), Access())),
      (["show", "--format", "text", "--quiet"], .show(Output(isQuiet: true), Access())),
      (["show", "--backend", "netlink"], .show(Output(), Access(backend: .netlink))),
      (["--backend=ipvsadm"], .show(Output(), Access(backend: .ipvsadm))),
      (["show", "--backend", "auto"], .show(Output(), Access())),
      (["show", "--ipvsadm", "/opt/ipvsadm"], .show(Output(), Access(ipvsadm: "/opt/ipvsadm"))),
      (["show", "--ipvsadm=/"], .show(Output(), Access(ipvsadm: "/"))),
      (["show", "--format", "json", "--format", "text"], .show(Output(), Access())),
    ] as [([String], Invocation)])
  func `show`(arguments: [String], invocation: Invocation) throws {
    #expect(try Invocation(arguments) == invocation)
  }

  @Test(
    arguments: [
      (["set", "60", "30", "60"], .set(sixty, isDryRun: false, Output(), Access())),
      (["set", "1m", "30s", "60"], .set(sixty, isDryRun: false, Output(), Access())),
      (["set", "0", "0", "0"], .set(Timeouts(), isDryRun: false, Output(), Access())),
      (["set", "-", "-", "5s"], .set(Timeouts(udp: 5), isDryRun: false, Output(), Access())),
      (["set", "0", "-", "5"], .set(Timeouts(udp: 5), isDryRun: false, Output(), Access())),
      (["set", "default", "default", "default"], .set(.kernelDefault, isDryRun: false, Output(), Access())),
      // By name, in any order, with the value apart or attached.
      (["set", "--tcp", "15m"], .set(Timeouts(tcp: 900), isDryRun: false, Output(), Access())),
      (["set", "--tcpfin=30"], .set(Timeouts(tcpFin: 30), isDryRun: false, Output(), Access())),
      (
        ["set", "--udp", "default", "--tcp", "15m"],
        .set(Timeouts(tcp: 900, udp: 300), isDryRun: false, Output(), Access())
      ),
      (["set", "--udp", "-"], .set(Timeouts(), isDryRun: false, Output(), Access())),
      (["set", "--udp", "5", "--udp", "6"], .set(Timeouts(udp: 6), isDryRun: false, Output(), Access())),
      // Options anywhere behind the command.
      (["set", "60", "30", "60", "--dry-run"], .set(sixty, isDryRun: true, Output(), Access())),
      (["set", "--dry-run", "60", "30", "60"], .set(sixty, isDryRun: true, Output(), Access())),
      (["set", "60", "--dry-run", "30", "60"], .set(sixty, isDryRun: true, Output(), Access())),
      (
        ["set", "--format", "json", "60", "--backend", "ipvsadm", "30", "--ipvsadm", "/x", "60", "--quiet"],
        .set(
          sixty, isDryRun: false, Output(format: .json, isQuiet: true), Access(backend: .ipvsadm, ipvsadm: "/x"))
      ),
      (["set", "--dry-run", "--", "60", "30", "60"], .set(sixty, isDryRun: true, Output(), Access())),
      (["set", "60", "30", "--", "60"], .set(sixty, isDryRun: false, Output(), Access())),
    ] as [([String], Invocation)])
  func `set`(arguments: [String], invocation: Invocation) throws {
    #expect(try Invocation(arguments) == invocation)
  }

  @Test(
    arguments: [
      (["verify", "60", "30", "60"], .verify(sixty, Output(), Access())),
      (["verify", "--udp", "1m"], .verify(Timeouts(udp: 60), Output(), Access())),
      (["verify", "--quiet", "60", "30", "60"], .verify(sixty, Output(isQuiet: true), Access())),
      (
        ["verify", "60", "30", "60", "--format", "json", "--backend", "netlink"],
        .verify(sixty, Output(format: .json), Access(backend: .netlink))
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

  /// A word that one of the commands here has is not ipvsadm's behind that command.
  @Test func `a command is not mistaken for ipvsadm's language`() throws {
    #expect(try Invocation(["set", "--tcp", "5"]) == .set(Timeouts(tcp: 5), isDryRun: false, Output(), Access()))
    #expect(throws: Failure.usage("Unknown option '--set'. Did you mean '--quiet'?; run `ipvs-timeout --help`")) {
      try Invocation(["show", "--set"])
    }
  }
}

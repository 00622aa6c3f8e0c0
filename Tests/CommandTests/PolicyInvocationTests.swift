// SPDX-License-Identifier: Apache-2.0

import Directors
import IPVS
import SystemPackage
import Testing

@testable import ipvs_timeout

/// What command lines ask for that go by a policy file.
@Suite struct PolicyInvocationTests {
  private typealias Application = Invocation.Application
  private typealias Output = Invocation.Output
  private typealias Access = Invocation.Access

  private static let usual: FilePath = "/etc/ipvs-timeout.conf"

  @Test(
    arguments: [
      (["apply"], .apply(usual, Application(), Output(), Access())),
      (["apply", "p.conf"], .apply("p.conf", Application(), Output(), Access())),
      (["apply", "--", "-p"], .apply("-p", Application(), Output(), Access())),
      (["apply", "--dry-run"], .apply(usual, Application(isDryRun: true), Output(), Access())),
      (["apply", "--changed-only"], .apply(usual, Application(), Output(isChangedOnly: true), Access())),
      (["apply", "--settle", "2"], .apply(usual, Application(settling: .seconds(2)), Output(), Access())),
      (["apply", "--settle=2s"], .apply(usual, Application(settling: .seconds(2)), Output(), Access())),
      (["apply", "--settle", "1m"], .apply(usual, Application(settling: .seconds(60)), Output(), Access())),
      (["apply", "--settle", "1"], .apply(usual, Application(settling: .seconds(1)), Output(), Access())),
      (["apply", "--settle", "1h"], .apply(usual, Application(settling: .seconds(3600)), Output(), Access())),
      (
        ["apply", "--settle", "2", "--all-netns"],
        .apply(usual, Application(settling: .seconds(2)), Output(), Access(scope: NamespaceSelection(choice: .all)))
      ),
      (
        [
          "apply", "--format", "json", "--dry-run", "/p", "--quiet", "--changed-only", "--settle", "1m5s", "--backend",
          "ipvsadm", "--ipvsadm", "/x",
        ],
        .apply(
          "/p", Application(isDryRun: true, settling: .seconds(65)),
          Output(format: .json, isQuiet: true, isChangedOnly: true), Access(backend: .ipvsadm, ipvsadm: "/x"))
      ),
      (["apply", "--format", "prometheus"], .apply(usual, Application(), Output(format: .prometheus), Access())),
    ] as [([String], Invocation)])
  func `apply`(arguments: [String], invocation: Invocation) throws {
    #expect(try Invocation(arguments) == invocation)
  }

  @Test(
    arguments: [
      (["verify"], .verifyPolicy(usual, Output(), Access())),
      (["verify", "--policy", "p.conf"], .verifyPolicy("p.conf", Output(), Access())),
      (["verify", "--policy=/p", "--quiet"], .verifyPolicy("/p", Output(isQuiet: true), Access())),
      (["verify", "--format", "prometheus"], .verifyPolicy(usual, Output(format: .prometheus), Access())),
      (["verify", "--backend", "netlink"], .verifyPolicy(usual, Output(), Access(backend: .netlink))),
    ] as [([String], Invocation)])
  func `verify`(arguments: [String], invocation: Invocation) throws {
    #expect(try Invocation(arguments) == invocation)
  }

  @Test(
    arguments: [
      (["check-policy"], .checkPolicy(usual, Output(), NamespaceSelection())),
      (["check-policy", "p.conf"], .checkPolicy("p.conf", Output(), NamespaceSelection())),
      (["check-policy", "--format", "json", "/p"], .checkPolicy("/p", Output(format: .json), NamespaceSelection())),
      (["check-policy", "--quiet"], .checkPolicy(usual, Output(isQuiet: true), NamespaceSelection())),
    ] as [([String], Invocation)])
  func `check-policy`(arguments: [String], invocation: Invocation) throws {
    #expect(try Invocation(arguments) == invocation)
  }
}

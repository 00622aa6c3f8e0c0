// SPDX-License-Identifier: Apache-2.0

import Directors
import IPVS
import SystemPackage
import Testing

@testable import ipvs_timeout

/// The requests that command lines about a policy file make.
@Suite struct PolicyInvocationTests {
  private static let bound = NamespaceSelection(choice: .bound)
  private static let usual: FilePath = "/etc/ipvs-timeout.conf"

  @Test(
    arguments: [
      (["apply"], .apply(ApplyRequest(path: usual, access: Access(selection: bound)))),
      (["apply", "p.conf"], .apply(ApplyRequest(path: "p.conf", access: Access(selection: bound)))),
      (["apply", "--policy", "p.conf"], .apply(ApplyRequest(path: "p.conf", access: Access(selection: bound)))),
      (["apply", "--", "-p"], .apply(ApplyRequest(path: "-p", access: Access(selection: bound)))),
      (["apply", "--dry-run"], .apply(ApplyRequest(path: usual, isDryRun: true, access: Access(selection: bound)))),
      (
        ["apply", "--changed-only"],
        .apply(ApplyRequest(path: usual, output: TimeoutsOutput(isChangedOnly: true), access: Access(selection: bound)))
      ),
      (
        ["apply", "--settle", "2"],
        .apply(ApplyRequest(path: usual, settling: .seconds(2), access: Access(selection: bound)))
      ),
      (
        ["apply", "--settle=2s"],
        .apply(ApplyRequest(path: usual, settling: .seconds(2), access: Access(selection: bound)))
      ),
      (
        ["apply", "--settle", "1m"],
        .apply(ApplyRequest(path: usual, settling: .seconds(60), access: Access(selection: bound)))
      ),
      (
        ["apply", "--settle", "1"],
        .apply(ApplyRequest(path: usual, settling: .seconds(1), access: Access(selection: bound)))
      ),
      (
        ["apply", "--settle", "1h"],
        .apply(ApplyRequest(path: usual, settling: .seconds(3600), access: Access(selection: bound)))
      ),
      (
        ["apply", "--settle", "2", "--all-netns"],
        .apply(
          ApplyRequest(path: usual, settling: .seconds(2), access: Access(selection: NamespaceSelection(choice: .all))))
      ),
      (
        [
          "apply", "--format", "json", "--dry-run", "/p", "--quiet", "--changed-only", "--settle", "1m5s", "--backend",
          "ipvsadm", "--ipvsadm", "/x",
        ],
        .apply(
          ApplyRequest(
            path: "/p", isDryRun: true, settling: .seconds(65),
            output: TimeoutsOutput(format: .json, isQuiet: true, isChangedOnly: true),
            access: Access(backend: .ipvsadm, ipvsadm: "/x", selection: bound)))
      ),
      (
        ["apply", "--format", "prometheus"],
        .apply(ApplyRequest(path: usual, output: TimeoutsOutput(format: .prometheus), access: Access(selection: bound)))
      ),
    ] as [([String], Invocation)])
  func `apply`(arguments: [String], invocation: Invocation) throws {
    #expect(try Invocation(arguments) == invocation)
  }

  @Test(
    arguments: [
      (["verify"], .verifyPolicy(VerifyPolicyRequest(path: usual, access: Access(selection: bound)))),
      (
        ["verify", "--policy", "p.conf"],
        .verifyPolicy(VerifyPolicyRequest(path: "p.conf", access: Access(selection: bound)))
      ),
      (
        ["verify", "--policy=/p", "--quiet"],
        .verifyPolicy(
          VerifyPolicyRequest(path: "/p", output: TimeoutsOutput(isQuiet: true), access: Access(selection: bound)))
      ),
      (
        ["verify", "--format", "prometheus"],
        .verifyPolicy(
          VerifyPolicyRequest(
            path: usual, output: TimeoutsOutput(format: .prometheus), access: Access(selection: bound)))
      ),
      (
        ["verify", "--backend", "netlink"],
        .verifyPolicy(VerifyPolicyRequest(path: usual, access: Access(backend: .netlink, selection: bound)))
      ),
    ] as [([String], Invocation)])
  func `verify`(arguments: [String], invocation: Invocation) throws {
    #expect(try Invocation(arguments) == invocation)
  }

  @Test(
    arguments: [
      (["check-policy"], .checkPolicy(CheckPolicyRequest(path: usual, selection: bound))),
      (["check-policy", "p.conf"], .checkPolicy(CheckPolicyRequest(path: "p.conf", selection: bound))),
      (["check-policy", "--policy", "p.conf"], .checkPolicy(CheckPolicyRequest(path: "p.conf", selection: bound))),
      (
        ["check-policy", "--format", "json", "/p"],
        .checkPolicy(CheckPolicyRequest(path: "/p", format: .json, selection: bound))
      ),
      (["check-policy", "--quiet"], .checkPolicy(CheckPolicyRequest(path: usual, isQuiet: true, selection: bound))),
    ] as [([String], Invocation)])
  func `check-policy`(arguments: [String], invocation: Invocation) throws {
    #expect(try Invocation(arguments) == invocation)
  }
}

// SPDX-License-Identifier: Apache-2.0

import IPVS
import Testing

@testable import Directors

/// The errors after which `auto` uses ipvsadm instead of netlink.
@Suite struct FallbackReasonTests {
  @Test(arguments: [.notInKernel, .modulesNotVisible, .moduleNotLoaded, .moduleLoadingDisabled] as [IPVSError.Code])
  func `an absence is a reason`(code: IPVSError.Code) {
    #expect(IPVSError(code, .open).isAbsence)
  }

  @Test(
    arguments: [
      .notRoot, .missingCapability, .userNamespace, .foreignNamespace, .noSuchNamespace, .notANamespace, .mayNotEnter,
      .valueRefused, .refused, .answerLost, .timedOut, .truncatedReply, .unexpectedReply, .library,
      IPVSError.Code(rawValue: "of-a-later-version"),
    ] as [IPVSError.Code])
  func `no other failure is a reason`(code: IPVSError.Code) {
    #expect(!IPVSError(code, .open).isAbsence)
  }
}

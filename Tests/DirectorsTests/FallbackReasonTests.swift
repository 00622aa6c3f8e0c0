// SPDX-License-Identifier: Apache-2.0

import IPVS
import Testing

@testable import Directors

/// Because of which errors `auto` turns from netlink to ipvsadm.
@Suite struct FallbackReasonTests {
  @Test(arguments: [.notInKernel, .modulesNotVisible, .moduleNotLoaded, .moduleLoadingDisabled] as [IPVSError.Code])
  func `absence is one`(code: IPVSError.Code) {
    #expect(IPVSError(code, .open).isAbsence)
  }

  @Test(
    arguments: [
      .notRoot, .missingCapability, .userNamespace, .noSuchNamespace, .notANamespace, .mayNotEnter, .valueRefused,
      .refused, .timedOut, .truncatedReply, .unexpectedReply, .library, IPVSError.Code(rawValue: "of-a-later-version"),
    ] as [IPVSError.Code])
  func `nothing else is`(code: IPVSError.Code) {
    #expect(!IPVSError(code, .open).isAbsence)
  }
}

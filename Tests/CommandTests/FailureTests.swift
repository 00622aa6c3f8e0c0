// SPDX-License-Identifier: Apache-2.0

import Directors
import IPVS
import Ipvsadm
import Testing

@testable import ipvs_timeout

@Suite struct FailureTests {
  private static let error = BackendError.ipvsadm(ProgramError(.itself, .list, program: "/x"))

  @Test func `of a backend is its sentence with its status`() {
    let failure = Failure(Self.error)
    #expect(failure.message == "ipvs-timeout: \(Self.error.description)")
    #expect(failure.status == .unavailable)
  }

  @Test func `of a backend has ipvsadm's status in ipvsadm's forms`() {
    let failure = Failure(Self.error, status: .ipvsadmFailedToOpen)
    #expect(failure.message == "ipvs-timeout: \(Self.error.description)")
    #expect(failure.status == .ipvsadmFailedToOpen)
  }

  @Test func `of the reader is told to nobody`() {
    #expect(Failure.outputClosed.message == nil)
    #expect(Failure.outputClosed.status == .outputClosed)
  }
}

// SPDX-License-Identifier: Apache-2.0

import IPVS
import Ipvsadm
import Testing

@testable import Directors

/// A director reached by the program, as far as that needs no program.
@Suite struct DirectorTests {
  @Test func `a program that was named and is not there is named in the error`() {
    #expect(throws: BackendError.ipvsadm(ProgramError(.missing, .list, program: "/no/such/ipvsadm"))) {
      _ = try Director(backend: .ipvsadm, ipvsadm: "/no/such/ipvsadm")
    }
  }
}

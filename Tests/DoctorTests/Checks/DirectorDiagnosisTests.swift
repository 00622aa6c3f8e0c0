// SPDX-License-Identifier: Apache-2.0

import Directors
import IPVS
import SystemPackage
import Testing

@testable import Doctor

@Suite struct DirectorDiagnosisTests {
  @Test func `of a director that does not answer is the reason, and a command`() {
    let error = DirectorError.kernel(IPVSError(.notRoot, .readTimeouts, errno: .notPermitted))
    #expect(
      DirectorDiagnosis.findings(on: error) == [
        .problem(
          .ipvs, error.description, so: "nothing else can be checked here", fix: .command("sudo ipvs-timeout doctor"))
      ])
  }
}

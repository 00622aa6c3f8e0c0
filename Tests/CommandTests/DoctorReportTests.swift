// SPDX-License-Identifier: Apache-2.0

import Directors
import IPVS
import SystemPackage
import Testing

@testable import Doctor
@testable import ipvs_timeout

/// What `doctor` writes, word for word.
@Suite struct DoctorReportTests {
  private static let report = DoctorReport(
    target: NamespaceTarget(.named("blue")),
    findings: [
      .ok(.ipvs, "IPVS answers"),
      .note(.timeouts, "they are odd", so: "beware"),
      .problem(.timeouts, "they are wrong", so: "nothing works", fix: "ipvs-timeout set 60 30 60"),
    ])

  @Test func `is lines for people`() {
    var report = Self.report
    #expect(
      report.text == """
        blue:
        ok       ipvs      IPVS answers
        note     timeouts  they are odd
                           so: beware
        problem  timeouts  they are wrong
                           so: nothing works
                           fix: ipvs-timeout set 60 30 60

        """)
    report.showsName = false
    #expect(report.text.hasPrefix("ok       ipvs      IPVS answers\n"))
    #expect(report.hasProblem)
  }

  @Test func `is JSON for programs`() {
    #expect(
      Self.report.json
        == #"{"netns":"blue","problems":1,"notes":1,"findings":["#
        + #"{"check":"ipvs","severity":"ok","fact":"IPVS answers","consequence":null,"fix":null},"#
        + #"{"check":"timeouts","severity":"note","fact":"they are odd","consequence":"beware","fix":null},"#
        + #"{"check":"timeouts","severity":"problem","fact":"they are wrong","consequence":"nothing works","#
        + #""fix":"ipvs-timeout set 60 30 60"}]}"# + "\n")
  }
}

// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Doctor

@Suite struct SocketDiagnosisTests {
  @Test func `of a quiet namespace finds all well`() {
    let findings = SocketDiagnosis.findings(on: .example())
    #expect(findings.allSatisfy { $0.severity == .ok })
    #expect(
      Set(findings.map(\.check)) == [.ports, .timeWaitBuckets, .closeWait, .timeWait, .finWait, .tcpSettings])
  }

  @Test(
    arguments: [
      ([.timeWait: 119, .established: 13_996], nil), ([.timeWait: 120], [.established, .synSent]),
      ([.finWait2: 120], nil), ([.closeWait: 10, .timeWait: 200], [.closeWait, .established, .synSent]),
      ([.closeWait: 9], nil), ([.established: 14_116], [.established, .synSent]),
    ] as [([HostSocket.State: Int], Set<HostSocket.State>?)])
  func `looks for the programs of the reported services`(
    numbers: [HostSocket.State: Int], states: Set<HostSocket.State>?
  ) throws {
    let service = try SocketService.example("198.51.100.9:3306", numbers)
    #expect(service.statesToReport(SocketFacts.example().ports) == states)
  }

  @Test func `looks for the program that accepts too few`() throws {
    let service = try SocketService.example("0.0.0.0:80", isLocal: true, [.closeWait: 12], unaccepted: 10)
    #expect(service.statesToReport(SocketFacts.example().ports) == [.listen])
  }
}

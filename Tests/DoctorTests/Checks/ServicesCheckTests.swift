// SPDX-License-Identifier: Apache-2.0

import Directors
import IPVS
import SystemPackage
import Testing

@testable import Doctor

@Suite struct ServicesCheckTests {
  @Test func `counts the services and their servers`() throws {
    let services = ServiceCounts(
      services: [.tcp: 2, .any: 1, .init(rawValue: "X\u{1B}"): 1],
      servers: [
        .init(.tcp, .nat): 3, .init(.any, .nat): 1, .init(.tcp, .directRouting): 1,
        .init(.tcp, .init(rawValue: "\n")): 1,
      ])
    #expect(
      try ServicesCheck().findings(on: .example(services: .success(services))) == [
        .ok(
          .ipvs,
          #"4 virtual services (1 FWM, 2 TCP, 1 X\u{1B}) with 6 real servers (1 \n, 4 Masq, 1 Route)"#)
      ])
    #expect(
      try ServicesCheck().findings(on: .example(services: .success(ServiceCounts(services: [.udp: 1])))) == [
        .ok(.ipvs, "1 virtual service (1 UDP) with 0 real servers")
      ])
  }

  @Test func `says that without any the timeouts have no effect`() throws {
    #expect(
      try ServicesCheck().findings(on: .example(services: .success(ServiceCounts(services: [:])))) == [
        .note(
          .ipvs, "there is no virtual service in this network namespace",
          so: "the timeouts have no effect here, for there is nothing that they could rule")
      ])
  }

  @Test func `knows that connections outlive their service`() throws {
    let facts = DirectorFacts.example(
      services: .success(ServiceCounts(services: [:])), connections: .success(.example([(.tcp, .established, 12)])))
    #expect(
      try ServicesCheck().findings(on: facts) == [
        .note(
          .ipvs, "there is no virtual service in this network namespace",
          so: "the timeouts rule only what former services have left, 1 connection")
      ])
  }

  @Test func `says that they could not be counted`() {
    let error = DirectorError.kernel(IPVSError(.refused, .readServices, errno: .ioError))
    let findings = DirectorDiagnosis.findings(on: .example(services: .failure(error)))
    #expect(findings.contains(.note(.ipvs, error.description, so: "this could not be checked")))
  }
}

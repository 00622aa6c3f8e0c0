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
          so: "the timeouts have no effect here, because there are no services")
      ])
  }

  @Test func `knows that connections outlive their service`() throws {
    let facts = DirectorFacts.example(
      services: .success(ServiceCounts(services: [:])), connections: .success(.example([(.tcp, .established, 12)])))
    #expect(
      try ServicesCheck().findings(on: facts) == [
        .note(
          .ipvs, "there is no virtual service in this network namespace",
          so: "the timeouts govern only what former services have left: 1 connection")
      ])
  }

  @Test func `says that no timeout governs SCTP`() throws {
    let sctp = DirectorFacts.example(services: .success(ServiceCounts(services: [.sctp: 2])))
    #expect(
      try ServicesCheck().findings(on: sctp) == [
        .note(
          .ipvs, "2 virtual services (2 SCTP) with 0 real servers",
          so: "no timeout governs SCTP: the kernel fixes its timers, and setting the timeouts changes nothing here")
      ])
    let both = DirectorFacts.example(services: .success(ServiceCounts(services: [.sctp: 2, .tcp: 1])))
    #expect(try ServicesCheck().findings(on: both).map(\.severity) == [.ok])
  }

  @Test func `says where they are`() throws {
    let users = try ["a", "b", "c", "d", "e"].map { name in
      OtherNamespaces.Neighbour(known: try .example(name, "/proc/self/ns/mnt"), timeouts: .success(.kernelDefault))
    }
    func facts(_ count: Int) -> DirectorFacts {
      .example(
        services: .success(ServiceCounts(services: [:])),
        otherNamespaces: .success(OtherNamespaces(listing: NamespaceList([]), users: Array(users.prefix(count)))))
    }
    #expect(
      try ServicesCheck().findings(on: facts(2)) == [.ok(.ipvs, "no virtual service here; they are in a and b")])
    #expect(
      try ServicesCheck().findings(on: facts(5)) == [
        .ok(.ipvs, "no virtual service here; they are in a, b, c and 2 more network namespaces")
      ])
  }

  @Test func `says that they could not be counted`() {
    let error = DirectorError.kernel(IPVSError(.refused, .readServices, errno: .ioError))
    let findings = DirectorDiagnosis.findings(on: .example(services: .failure(error)))
    #expect(findings.contains(.unchecked(.ipvs, error.description)))
  }
}

// SPDX-License-Identifier: Apache-2.0

import Directors
import IPVS
import Linux
import SystemPackage
import Testing

@testable import Doctor

@Suite struct NamespacesCheckTests {
  private let own: NamespaceInfo
  private let red: NamespaceInfo
  private let process: NamespaceInfo
  private let wanted = Timeouts(tcp: 60, tcpFin: 30, udp: 45)

  init() throws {
    own = NamespaceInfo(.current, try NamespaceIdentity("/proc/self/ns/net"), name: "host", paths: [])
    red = try .example("red", "/proc/self/ns/mnt")
    process = NamespaceInfo(
      .process(12), try NamespaceIdentity("/proc/self/ns/uts"), name: "pid 12 (nginx\u{1B})", paths: [])
  }

  private func findings(
    _ others: [(NamespaceInfo, Result<Timeouts, DirectorError>)], services: [Connection.Transport: Int] = [.tcp: 1],
    timeouts: Timeouts? = nil, policy: PolicyState = .example(.success(nil)), hidden: Int = 0
  ) throws -> [Finding] {
    let users = [(own, .success(timeouts ?? wanted))] + others
    let otherNamespaces = OtherNamespaces(
      listing: NamespaceList(users.map(\.0), hiddenProcesses: hidden),
      users: users.map { OtherNamespaces.Neighbour(known: $0, timeouts: $1) })
    return try NamespacesCheck().findings(
      on: .example(
        timeouts: timeouts ?? wanted, services: .success(ServiceCounts(services: services)), known: own,
        policy: policy, otherNamespaces: .success(otherNamespaces)))
  }

  @Test func `finds none, or the same timeouts`() throws {
    #expect(try findings([]) == [.ok(.namespaces, "no other network namespace uses IPVS")])
    #expect(
      try findings([(red, .success(wanted))], services: [:]) == [
        .ok(
          .namespaces,
          "1 other network namespace uses IPVS, with the same timeouts or those that the policy wants there")
      ])
  }

  @Test func `finds that what was set here has no effect where the services are`() throws {
    #expect(
      try findings([(red, .success(.kernelDefault)), (process, .success(Timeouts(tcp: 60)))], services: [:]) == [
        .problem(
          .namespaces,
          #"2 other network namespaces use IPVS with other timeouts: red (900 120 300) and pid 12 (nginx\u{1B}) (60 - -)"#,
          so: "there is no virtual service here, and what was set here has no effect there",
          fix: .command("ipvs-timeout set 60 30 45 --netns red --netns 12"))
      ])
  }

  @Test func `does not say so where nobody has set anything here`() throws {
    #expect(
      try findings([(red, .success(wanted))], services: [:], timeouts: .kernelDefault) == [
        .note(
          .namespaces, "1 other network namespace uses IPVS with other timeouts: red (60 30 45)",
          so: "what is set here has no effect there")
      ])
  }

  @Test func `notes it where there are services here, too`() throws {
    let found = try findings([(red, .success(.kernelDefault))])
    #expect(found.map(\.severity) == [.note])
    #expect(found.map(\.fix) == ["ipvs-timeout set 60 30 45 --netns red"])
  }

  @Test func `leaves to the policy what it wants there`() throws {
    let policy = PolicyState.example("host 60 30 45\nred 900 - 300\n")
    #expect(
      try findings([(red, .success(Timeouts(tcp: 900, tcpFin: 30, udp: 300)))], policy: policy).map(\.severity) == [.ok]
    )
    #expect(
      try findings([(red, .success(Timeouts(tcp: 900, tcpFin: 31, udp: 300)))], policy: policy).map(\.severity)
        == [.note])
    #expect(
      try findings([(red, .success(Timeouts(tcp: 901, tcpFin: 30, udp: 300)))], policy: policy).map(\.severity)
        == [.note])
  }

  @Test func `names the first of many, and sets all of them`() throws {
    let many = try ["a", "b", "c", "d", "e f"].map {
      (
        try NamespaceInfo.example($0, FilePath("/proc/self/ns/mnt")),
        Result<Timeouts, DirectorError>.success(.kernelDefault)
      )
    }
    let finding = try #require(try findings(many, services: [:]).first)
    #expect(
      finding.fact
        == "5 other network namespaces use IPVS with other timeouts: a (900 120 300), b (900 120 300), c (900 120 300)"
        + " and 2 more")
    #expect(finding.fix == "ipvs-timeout set 60 30 45 --in-use")
    // Where others are as they should be, these are named.
    let some = try #require(try findings(many + [(red, .success(wanted))], services: [:]).first)
    #expect(
      some.fix
        == "ipvs-timeout set 60 30 45 --netns a --netns b --netns c --netns d --netns 'e f'")
  }

  @Test func `says what could not be seen`() throws {
    let error = DirectorError.kernel(IPVSError(.mayNotEnter, .lookForUse, in: .named("red"), errno: .notPermitted))
    let fix =
      "run `ipvs-timeout doctor --netns red` as root of the host, with the capabilities CAP_SYS_ADMIN and CAP_SYS_PTRACE"
    #expect(
      try findings([(red, .failure(error)), (process, .failure(error))], hidden: 7) == [
        .ok(.namespaces, "no other network namespace uses IPVS"),
        .note(
          .namespaces, "\(error) (and 1 more network namespace)", so: "its timeouts may be others", fix: fix),
        .note(
          .namespaces, "cannot see in which network namespaces 7 of the processes live",
          so: "those that use IPVS with other timeouts may be missing here",
          fix: .advice("run `ipvs-timeout doctor` as root with the capability CAP_SYS_PTRACE")),
      ])
  }
}

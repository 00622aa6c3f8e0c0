// SPDX-License-Identifier: Apache-2.0

import Directors
import IPVS
import Linux
import SystemPackage
import Testing

@testable import Doctor

@Suite struct NamespacesCheckTests {
  private static let noEffect =
    "somebody set the timeouts here, where there is no virtual service; that has no effect there"
  private static let own = "each network namespace has its own timeouts; setting them in one has no effect in another"

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
    timeouts: Timeouts? = nil, policy: PolicyState = .example(.success(nil)), hidden: Int = 0, isComplete: Bool = false
  ) throws -> [Finding] {
    let users = [(own, .success(timeouts ?? wanted))] + others
    let otherNamespaces = OtherNamespaces(
      listing: NamespaceList(users.map(\.0), hiddenProcesses: hidden),
      users: users.map { OtherNamespaces.Neighbour(known: $0, timeouts: $1) })
    return try NamespacesCheck().findings(
      on: .example(
        timeouts: timeouts ?? wanted, services: .success(ServiceCounts(services: services)), known: own,
        policy: policy, otherNamespaces: .success(otherNamespaces), isComplete: isComplete))
  }

  @Test func `finds none, or timeouts that somebody has set`() throws {
    #expect(try findings([]) == [.ok(.namespaces, "no other network namespace uses IPVS")])
    #expect(
      try findings([(red, .success(wanted))], services: [:]) == [
        .ok(.namespaces, "1 other network namespace uses IPVS: red (60 30 45)")
      ])
    #expect(
      try findings([(red, .success(.kernelDefault))], timeouts: .kernelDefault) == [
        .ok(.namespaces, "1 other network namespace uses IPVS: red (900 120 300)")
      ])
  }

  @Test func `a line of the policy that could not be looked up may match more namespaces`() throws {
    let file = try PolicyFile(parsing: Array("/x/* 1 2 3\n/y/* 1 2 3\n".utf8), path: "/p")
    let unread = file.lines.map { UnreadPolicyLine(path: "/p", line: $0, reason: .fileTooLarge) }
    let listing = OtherNamespaces(listing: NamespaceList([own]), users: [], unread: unread)
    #expect(
      try NamespacesCheck().findings(on: .example(known: own, otherNamespaces: .success(listing))) == [
        .unchecked(
          .namespaces, #"/p:1: cannot look up "/x/*" (there are more than 10000 files) (and 1 more line)"#,
          so: "it may match more network namespaces than are checked", fix: .advice("write fewer wildcards"))
      ])
  }

  @Test func `finds that what was set here has no effect where the services are`() throws {
    #expect(
      try findings([(red, .success(.kernelDefault)), (process, .success(.kernelDefault))], services: [:]) == [
        .problem(
          .namespaces,
          "2 other network namespaces use IPVS with the kernel's defaults (900 120 300): red and"
            + #" pid 12 (nginx\u{1B})"#,
          so: Self.noEffect, fix: .command("ipvs-timeout set 60 30 45 --netns red --netns 12"))
      ])
    let here = try findings([(red, .success(.kernelDefault))])
    #expect(here.map(\.severity) == [.note])
    #expect(here.map { $0.fix?.text } == ["ipvs-timeout set 60 30 45 --netns red"])
  }

  /// The kernel's defaults are no fix for what somebody has set.
  @Test func `never advises the kernel's defaults, or to change what somebody has set`() throws {
    let unset = try findings([(red, .success(wanted))], timeouts: .kernelDefault)
    #expect(
      unset == [
        .note(
          .namespaces,
          "somebody has set the timeouts in red (60 30 45); this one has the kernel's defaults (900 120 300)",
          so: Self.own, fix: .command("ipvs-timeout set 60 30 45 --netns host"))
      ])
    #expect(try findings([(red, .success(wanted))], services: [:], timeouts: .kernelDefault).map(\.severity) == [.ok])
    #expect(try findings([(red, .success(Timeouts(tcp: 8100, tcpFin: 120, udp: 300)))]).map(\.severity) == [.ok])
    // Which of two is right is not known.
    let two = try findings(
      [(red, .success(wanted)), (process, .success(Timeouts(tcp: 1, tcpFin: 2, udp: 3)))], timeouts: .kernelDefault)
    #expect(two.map(\.severity) == [.note])
    #expect(two.map(\.fix) == [nil])
  }

  /// `host 15m 30s 60s` and `red 2h15m - -`, applied: the policy measures red, and `-` wants nothing.
  @Test func `leaves a namespace that the policy names to the policy`() throws {
    let policy = PolicyState.example("host 60 30 45\nred 8100 - -\n")
    let applied = Timeouts(tcp: 8100, tcpFin: 120, udp: 300)
    for services in [[:], [.tcp: 1]] as [[Connection.Transport: Int]] {
      #expect(try findings([(red, .success(applied))], services: services, policy: policy).map(\.severity) == [.ok])
    }
    // Not in force, it is not ok, even where both have the same.
    #expect(
      try findings([(red, .success(.kernelDefault))], services: [:], timeouts: .kernelDefault, policy: policy) == [
        .problem(
          .namespaces, "the policy /etc/ipvs-timeout.conf is not in force in red (900 120 300)",
          so: "connections there have other timeouts than you want", fix: .command("ipvs-timeout apply"))
      ])
    // Where red has its own report, that has the finding.
    #expect(
      try findings(
        [(red, .success(.kernelDefault))], services: [:], timeouts: .kernelDefault, policy: policy, isComplete: true
      )
      .isEmpty)
  }

  @Test func `adds a missing line to an existing policy`() throws {
    let finding = try findings([(red, .success(.kernelDefault))], services: [:], policy: .example("host 60 30 45\n"))
    #expect(finding.map(\.severity) == [.problem])
    #expect(
      finding.map { $0.fix?.text } == [
        "printf '\\n%s\\n' '/run/netns/red 60 30 45' >>/etc/ipvs-timeout.conf && ipvs-timeout apply"
      ])
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
        == "5 other network namespaces use IPVS with the kernel's defaults (900 120 300): a, b, c and 2 more")
    #expect(finding.fix == .command("ipvs-timeout set 60 30 45 --in-use"))
    // Where others are set already, the command names only the others.
    let some = try #require(try findings(many + [(red, .success(wanted))], services: [:]).first)
    #expect(
      some.fix == .command("ipvs-timeout set 60 30 45 --netns a --netns b --netns c --netns d --netns 'e f'"))
  }

  @Test func `says what it could not see`() throws {
    let error = DirectorError.kernel(IPVSError(.mayNotEnter, .lookForUse, in: .named("red"), errno: .notPermitted))
    let fix = Fix.advice(
      "run `ipvs-timeout doctor --netns red` as root of the host, with the capabilities CAP_SYS_ADMIN and"
        + " CAP_SYS_PTRACE")
    #expect(
      try findings([(red, .failure(error)), (process, .failure(error))], hidden: 7) == [
        .unchecked(
          .namespaces, "\(error) (and 1 more network namespace)", so: "its timeouts may differ", fix: fix),
        .unchecked(
          .namespaces, "cannot see the network namespaces of 7 processes",
          so: "some that use IPVS may be missing here",
          fix: .advice("run `ipvs-timeout doctor` as root with the capability CAP_SYS_PTRACE")),
      ])
  }
}

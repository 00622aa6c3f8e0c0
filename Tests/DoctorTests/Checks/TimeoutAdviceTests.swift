// SPDX-License-Identifier: Apache-2.0

import Directors
import IPVS
import Linux
import SystemPackage
import Testing

@testable import Doctor

/// Where a timeout is changed so that the change lasts.
@Suite struct TimeoutAdviceTests {
  private let here: NamespaceInfo
  private let sandbox: NamespaceInfo
  private let longer = Timeouts(tcp: 8100)

  init() throws {
    here = NamespaceInfo(.current, try NamespaceIdentity("/proc/self/ns/net"), name: "host", paths: [])
    let path: FilePath = "/run/docker/netns/lb_abcdefghi"
    sandbox = NamespaceInfo(
      .path(path), try NamespaceIdentity("/proc/self/ns/mnt"), name: "lb_abcdefghi", paths: [path])
  }

  @Test func `is a command where nobody else decides`() {
    #expect(DirectorFacts.example(known: here).advice(for: longer) == .command("ipvs-timeout set --tcp 2h15m"))
  }

  @Test func `is the line of the policy that decides`() {
    let policy = PolicyState.example("host 1 1 1\nhost 15m - -\n", at: "/srv/a policy")
    let facts = DirectorFacts.example(known: here, policy: policy)
    #expect(
      facts.advice(for: longer)
        == .advice("set tcp 8100 in line 2 of /srv/a policy, then `ipvs-timeout apply '/srv/a policy'`"))
  }

  @Test func `is a new line where the policy wants nothing yet`() {
    let facts = DirectorFacts.example(known: here, policy: .example("red 15m - -\n"))
    #expect(
      facts.advice(for: longer)
        == .command("printf '\\n%s\\n' 'host 8100 - -' >>/etc/ipvs-timeout.conf && ipvs-timeout apply"))
  }

  @Test func `is the file of the program that writes it`() {
    let process = HostProcess(123, "keepalived", in: here.fileIdentity)
    let plan = TimeoutWriter.Plan.writes(Timeouts(tcp: 900, tcpFin: 120, udp: 300), in: .file("/k.conf"))
    let writer = TimeoutWriter(program: .keepalived, process: process, plan: plan)
    #expect(
      DirectorFacts.example(known: here, writers: [writer]).advice(for: longer)
        == .advice("lvs_timeouts tcp 8100 tcpfin 120 udp 300 in /k.conf, then `systemctl reload keepalived`"))
  }

  @Test func `is the file that a boot restores`() {
    let rules = SavedRules(
      path: "/etc/ipvsadm.rules", timeouts: Timeouts(tcp: 60, tcpFin: 30), isRestored: true)
    #expect(
      DirectorFacts.example(known: here, savedRules: [rules]).advice(for: longer)
        == .advice("`--set 8100 30 0` in /etc/ipvsadm.rules, then `ipvs-timeout set --tcp 2h15m`"))
  }

  /// Docker's namespaces get new names again and again.
  @Test func `is a line for all of Docker's namespaces`() {
    func facts(_ timeouts: Timeouts, policy: PolicyState = .example(.success(nil))) -> DirectorFacts {
      let users = [
        OtherNamespaces.Neighbour(known: sandbox, timeouts: .success(.kernelDefault)),
        OtherNamespaces.Neighbour(known: other, timeouts: .success(timeouts)),
      ]
      return .example(
        timeouts: .kernelDefault, namespace: sandbox.namespace, known: sandbox, policy: policy,
        otherNamespaces: .success(OtherNamespaces(listing: NamespaceList([sandbox, other]), users: users)))
    }
    let all = "printf '\\n%s\\n' '/run/docker/netns/* 8100 - -' >>/etc/ipvs-timeout.conf && ipvs-timeout apply"
    let one = all.replacing("*", with: "lb_abcdefghi")
    #expect(facts(.kernelDefault).advice(for: longer) == .command(all))
    #expect(facts(Timeouts(tcp: 8100, tcpFin: 1, udp: 1)).advice(for: longer) == .command(all))
    // Another value there, set by somebody or wanted by the policy, stays.
    #expect(facts(Timeouts(tcp: 600, tcpFin: 120, udp: 300)).advice(for: longer) == .command(one))
    #expect(facts(.kernelDefault, policy: .example("ingress_sbox 600 - -\n")).advice(for: longer) == .command(one))
  }

  /// Docker binds the host's own namespace, too.
  @Test func `is not a line for Docker's namespaces on the host`() {
    let path: FilePath = "/run/docker/netns/default"
    let host = NamespaceInfo(.current, here.fileIdentity, name: "host", paths: [path])
    let facts = DirectorFacts.example(known: host)
    #expect(facts.advice(for: longer) == .command("ipvs-timeout set --tcp 2h15m"))
    // What somebody has set there does not matter to the others.
    let users = [
      OtherNamespaces.Neighbour(known: host, timeouts: .success(Timeouts(tcp: 600, tcpFin: 1, udp: 1))),
      OtherNamespaces.Neighbour(known: sandbox, timeouts: .success(.kernelDefault)),
    ]
    let inSandbox = DirectorFacts.example(
      namespace: sandbox.namespace, known: sandbox,
      otherNamespaces: .success(OtherNamespaces(listing: NamespaceList([host, sandbox]), users: users)))
    #expect(inSandbox.advice(for: longer).text.contains("'/run/docker/netns/* 8100 - -'"))
  }

  private var other: NamespaceInfo {
    let path: FilePath = "/run/docker/netns/ingress_sbox"
    return NamespaceInfo(
      .path(path), (try? NamespaceIdentity("/proc/self/ns/uts")) ?? here.fileIdentity, name: "ingress_sbox",
      paths: [path])
  }
}

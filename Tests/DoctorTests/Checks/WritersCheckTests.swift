// SPDX-License-Identifier: Apache-2.0

import IPVS
import Linux
import SystemPackage
import Testing

@testable import Doctor

@Suite struct WritersCheckTests {
  private let here: NamespaceInfo
  private let elsewhere: NamespaceInfo

  init() throws {
    here = try .example("here", "/proc/self/ns/net")
    elsewhere = try .example("elsewhere", "/proc/self/ns/mnt")
  }

  private func findings(
    _ program: WriterKind, _ plan: TimeoutWriter.Plan, in namespace: NamespaceInfo? = nil,
    policy: PolicyState = .example(.success(nil))
  ) throws -> [Finding] {
    let process = HostProcess(123, program.rawValue, in: (namespace ?? here).fileIdentity)
    return try WritersCheck().findings(
      on: .example(
        timeouts: .kernelDefault, known: here, policy: policy,
        writers: [TimeoutWriter(program: program, process: process, plan: plan)]))
  }

  @Test func `finds nobody`() throws {
    let nobody = "none of keepalived, kube-proxy, kube-router, dockerd runs in this network namespace"
    #expect(try WritersCheck().findings(on: .example(known: here)) == [.ok(.writers, nobody)])
    let plan = TimeoutWriter.Plan.writes(Timeouts(tcp: 5), in: .options)
    #expect(try findings(.kubeRouter, plan, in: elsewhere) == [.ok(.writers, nobody)])
  }

  @Test func `finds a problem in another value than the policy's`() throws {
    let plan = TimeoutWriter.Plan.writes(Timeouts(tcp: 900), in: .options)
    #expect(try findings(.kubeRouter, plan, policy: .example("here 60 30 45\n")).map(\.severity) == [.problem])
    #expect(try findings(.kubeRouter, plan, policy: .example("here - 30 45\n")).map(\.severity) == [.note])
    let mistaken = try findings(.kubeRouter, plan, policy: .example("host one\n"))
    #expect(mistaken.map(\.severity) == [.note])
  }

  @Test func `finds a problem in another value`() throws {
    #expect(
      try findings(.keepalived, .writes(Timeouts(tcp: 600, udp: 300), in: .file("/etc/lvs.conf"))) == [
        .problem(
          .writers, "keepalived (pid 123) writes tcp 600 s, udp 300 s, as /etc/lvs.conf says",
          so:
            "at its next reload it writes tcp 600 s instead of 900 s, tcpfin as at its start; at its end, all as before its"
            + " start",
          fix: "lvs_timeouts tcp 900 tcpfin 120 udp 300 in /etc/lvs.conf, then systemctl reload keepalived")
      ])
    let options = TimeoutWriter.Plan.writes(Timeouts(tcp: 600, tcpFin: 60), in: .options)
    let consequence = "when it starts anew it writes tcp 600 s instead of 900 s, tcpfin 60 s instead of 120 s"
    #expect(
      try findings(.kubeProxy, options) == [
        .problem(
          .writers, "kube-proxy (pid 123) writes tcp 600 s, tcpfin 60 s, as its options say", so: consequence,
          fix: "start kube-proxy anew with --ipvs-tcp-timeout=900s --ipvs-tcpfin-timeout=120s"
            + " --ipvs-udp-timeout=300s")
      ])
    #expect(
      try findings(.kubeRouter, options).first?.fix
        == "start kube-router anew with --service-tcp-timeout=900s --service-tcpfin-timeout=120s"
        + " --service-udp-timeout=300s")
    #expect(
      try findings(.kubeProxy, .writes(Timeouts(tcp: 600), in: .file("/config"))).first?.fix
        == "under ipvs in /config tcpTimeout: 900s, tcpFinTimeout: 120s, udpTimeout: 300s, then start kube-proxy anew")
  }

  @Test func `notes who writes the same again`() throws {
    #expect(
      try findings(.kubeRouter, .writes(Timeouts(tcp: 900), in: .options)) == [
        .note(
          .writers, "kube-router (pid 123) writes tcp 900 s, as its options say; which is as it should be",
          so: "it writes them again when it starts anew")
      ])
  }

  @Test func `is content with who writes none, and says what it does not know`() throws {
    #expect(
      try findings(.dockerd, .nothing("sets none")) == [.ok(.writers, "dockerd (pid 123) sets none")])
    #expect(
      try findings(.keepalived, .unknown("who knows")) == [
        .note(.writers, "keepalived (pid 123): who knows", so: "this could not be checked")
      ])
    #expect(try WritersCheck().findings(on: .example()).first?.severity == .note)
  }
}

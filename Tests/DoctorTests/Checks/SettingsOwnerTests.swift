// SPDX-License-Identifier: Apache-2.0

import IPVS
import Linux
import SystemPackage
import Testing

@testable import Doctor

/// Settings that a program sets on purpose.
@Suite struct SettingsOwnerTests {
  private let host: NamespaceInfo
  private let sandbox: NamespaceInfo
  private static let docker: [KernelSetting: String] = [
    .connReuseMode: "0", .expireNodestConn: "1", .expireQuiescentTemplate: "1", .conntrack: "1", .secureTCP: "0",
  ]

  init() throws {
    host = NamespaceInfo(.current, try NamespaceIdentity("/proc/self/ns/net"), name: "host", paths: [])
    let path: FilePath = "/run/docker/netns/ingress_sbox"
    sandbox = NamespaceInfo(
      .path(path), try NamespaceIdentity("/proc/self/ns/mnt"), name: "ingress_sbox", paths: [path])
  }

  private func findings(
    _ program: WriterKind, _ plan: TimeoutWriter.Plan = .nothing("sets none"), in known: NamespaceInfo,
    _ settings: [KernelSetting: String]
  ) throws -> [Finding] {
    let process = HostProcess(7, program.rawValue, in: host.fileIdentity)
    let writer = TimeoutWriter(program: program, process: process, plan: plan)
    let facts = DirectorFacts.example(
      timeouts: .kernelDefault, namespace: known.namespace, known: known, settings: settings, writers: [writer])
    return try SettingsCheck().findings(on: facts) + ConntrackCheck().findings(on: facts)
  }

  @Test func `of Docker are no notes, on the host and in its namespaces`() throws {
    let udp: [KernelSetting: String] = [.conntrackUDP: "30", .conntrackUDPStream: "120"]
    #expect(
      try findings(.dockerd, in: sandbox, Self.docker.merging(udp) { $1 }) == [
        .ok(.settings, "net.ipv4.vs: secure_tcp = 0"),
        .ok(
          .settings,
          "dockerd (pid 7) sets conn_reuse_mode = 0, expire_nodest_conn = 1 and expire_quiescent_template = 1 here on"
            + " purpose"),
        .ok(.conntrack, "dockerd (pid 7) sets conntrack = 1 here on purpose"),
      ])
    let onHost = try findings(.dockerd, in: host, Self.docker.merging([.conntrack: "0"]) { $1 })
    #expect(onHost.map(\.severity) == [.ok, .ok, .ok])
  }

  @Test func `of others are notes`() throws {
    let elsewhere = try NamespaceInfo.example("red", "/proc/self/ns/mnt")
    #expect(try findings(.dockerd, in: elsewhere, Self.docker).map(\.severity) == [.ok, .note, .note, .note, .ok])
    // Docker sets both of them.
    let half = Self.docker.merging([.expireQuiescentTemplate: "0"]) { $1 }
    #expect(try findings(.dockerd, in: sandbox, half).contains { $0.severity == .note })
    // A timeout that somebody has raised is another matter.
    #expect(try findings(.keepalived, in: host, Self.docker).contains { $0.severity == .note })
  }

  @Test func `of kube-proxy and kube-router are no notes where they use IPVS`() throws {
    for program in [WriterKind.kubeProxy, .kubeRouter, .k3s] {
      #expect(try findings(program, in: host, Self.docker).allSatisfy { $0.severity == .ok })
    }
    let unused = TimeoutWriter.Plan.nothing(WriterReading.notUsed)
    #expect(try findings(.kubeProxy, unused, in: host, Self.docker).contains { $0.severity == .note })
  }

  @Test func `keep a note where somebody has raised a timeout`() throws {
    let process = HostProcess(7, "dockerd", in: host.fileIdentity)
    let writer = TimeoutWriter(program: .dockerd, process: process, plan: .nothing("sets none"))
    let facts = DirectorFacts.example(
      timeouts: Timeouts(tcp: 900, tcpFin: 120, udp: 600), namespace: sandbox.namespace, known: sandbox,
      settings: Self.docker.merging([.conntrackUDP: "30"]) { $1 }, writers: [writer])
    #expect(try ConntrackCheck().findings(on: facts).map(\.severity) == [.note])
  }
}

// SPDX-License-Identifier: Apache-2.0

import IPVS
import Linux
import SystemPackage
import TestSupport
import Testing

@testable import Doctor

/// What programs are taken to do, by their arguments and by files, which are below a directory that is their root.
@Suite struct TimeoutPlansTests {
  typealias Plan = TimeoutWriter.Plan

  private static let file = "/etc/keepalived/keepalived.conf"
  private static let service = "virtual_server 192.0.2.100 80 {\n}\n"

  private func plan(_ files: [String: String], _ plan: (ProcessFiles) -> Plan) async throws -> Plan {
    try await withTemporaryDirectory { root in
      for (path, text) in files { try root.pushing(FilePath(String(path.dropFirst()))).write(text) }
      return plan(ProcessFiles(root: root, directory: root.appending("work")))
    }
  }

  private func keepalived(_ text: String, _ arguments: [String] = []) async throws -> Plan {
    try await plan([Self.file: text]) { .keepalived(arguments, $0) }
  }

  @Test(arguments: [
    ("tcp 600 tcpfin 50 udp 40", Timeouts(tcp: 600, tcpFin: 50, udp: 40)),
    ("udp 40 ! what follows says nothing: tcp 5", Timeouts(udp: 40)),
    ("tcp 15m udp 40", Timeouts(udp: 40)), ("tcp 0 udp 40", Timeouts(udp: 40)),
    ("tcp 2678401 udp 40", Timeouts(udp: 40)),
  ])
  func `keepalived writes what its configuration names`(_ words: String, _ timeouts: Timeouts) async throws {
    let text = "global_defs {\n  lvs_timeouts \(words)\n}\n# lvs_timeouts tcp 1\n\(Self.service)"
    #expect(try await keepalived(text) == .writes(timeouts, in: .file(Self.file)))
  }

  @Test func `keepalived writes nothing without being told to, or without a service`() async throws {
    #expect(
      try await keepalived(Self.service)
        == .nothing("has no lvs_timeouts in /etc/keepalived/keepalived.conf, and writes none"))
    #expect(
      try await keepalived("lvs_timeouts tcp 5")
        == .nothing("has lvs_timeouts in /etc/keepalived/keepalived.conf, but no virtual_server, and so writes none"))
    for arguments in [["--vrrp"], ["-lP"], ["-f", "x", "-P"]] {
      #expect(
        try await keepalived("lvs_timeouts tcp 5\n\(Self.service)", arguments)
          == .nothing("was started for VRRP only, and writes none"))
    }
    #expect(try await keepalived("lvs_timeouts tcp 5\n\(Self.service)", ["-PC"]) != .nothing(""))
  }

  @Test(arguments: ["lvs_timeouts tcp $TCP", "@lvs1 lvs_timeouts tcp 5"])
  func `what keepalived writes on conditions is not known`(_ line: String) async throws {
    #expect(
      try await keepalived("\(line)\n\(Self.service)")
        == .unknown("lvs_timeouts in /etc/keepalived/keepalived.conf depends on a condition or a variable"))
  }

  @Test(arguments: [
    ["-f", "/lvs.conf"], ["-f/lvs.conf"], ["-lnDf", "/lvs.conf"], ["-p", "-f", "-f", "/lvs.conf"],
    ["--use-file=/lvs.conf"], ["--dont-fork", "--use-file", "/lvs.conf"],
  ])
  func `keepalived is told where its configuration is`(_ arguments: [String]) async throws {
    let text = "lvs_timeouts tcp 5\n\(Self.service)"
    #expect(
      try await plan(["/lvs.conf": text]) { .keepalived(arguments, $0) }
        == .writes(Timeouts(tcp: 5), in: .file("/lvs.conf")))
  }

  @Test func `keepalived begins in a directory, and includes others`() async throws {
    let files = [
      "/work/a.conf": "include conf.d/*.conf\ninclude /etc/{one,two}.conf\ninclude a.conf",
      "/work/conf.d/1.conf": "include ../service", "/work/service": Self.service,
      "/work/conf.d/2.conf": "lvs_timeouts tcp 5 udp 6", "/etc/two.conf": "lvs_timeouts udp 7",
    ]
    #expect(
      try await plan(files) { .keepalived(["-f", "a.conf"], $0) }
        == .writes(Timeouts(tcp: 5, udp: 7), in: .file("a.conf")))
    #expect(
      try await plan(files) { .keepalived([], $0) }
        == .unknown("its configuration /etc/keepalived/keepalived.conf cannot be read: No such file or directory"))
  }

  @Test(arguments: [
    (["--proxy-mode=ipvs", "--ipvs-tcp-timeout=15m", "--ipvs-udp-timeout", "30s"], Timeouts(tcp: 900, udp: 30)),
    (["--proxy-mode", "ipvs", "--ipvs-tcpfin-timeout=1m30.9s", "--ipvs-tcp-timeout=0s"], Timeouts(tcpFin: 90)),
  ])
  func `kube-proxy writes what its options name`(_ arguments: [String], _ timeouts: Timeouts) async throws {
    #expect(try await plan([:]) { .kubeProxy(arguments, $0) } == .writes(timeouts, in: .options))
  }

  @Test(arguments: [
    ([], Plan.nothing("does not use IPVS, and writes none")),
    (["--proxy-mode=iptables", "--ipvs-tcp-timeout=1m"], .nothing("does not use IPVS, and writes none")),
    (["--proxy-mode=ipvs"], .nothing("has no timeouts in its options, and writes none")),
    (["--proxy-mode=ipvs", "--ipvs-udp-timeout=0"], .nothing("has no timeouts in its options, and writes none")),
    (["--proxy-mode=ipvs", "--ipvs-udp-timeout=30"], .unknown("30 for udp in its options is no duration")),
    (["--config=/no"], .unknown("its configuration /no cannot be read: No such file or directory")),
  ])
  func `kube-proxy may write nothing`(_ arguments: [String], _ wanted: Plan) async throws {
    #expect(try await plan([:]) { .kubeProxy(arguments, $0) } == wanted)
  }

  @Test func `kube-proxy writes what its configuration names, and not what conntrack has there`() async throws {
    let text = """
      apiVersion: kubeproxy.config.k8s.io/v1alpha1
      conntrack:
        udpTimeout: 7s
      ipvs:
        excludeCIDRs: null
        tcpFinTimeout: "0s"
        tcpTimeout: '2h'  # longer than the keep-alive
      mode: "ipvs"
      """
    let arguments = ["--config=/config", "--ipvs-udp-timeout=1s"]
    #expect(
      try await plan(["/config": text]) { .kubeProxy(arguments, $0) }
        == .writes(Timeouts(tcp: 7200), in: .file("/config")))
    #expect(
      try await plan(["/config": "mode: nftables\nipvs:\n  tcpTimeout: 5s\n"]) { .kubeProxy(arguments, $0) }
        == .nothing("does not use IPVS, and writes none"))
    #expect(
      try await plan(["/config": #" {"mode": "ipvs"}"#]) { .kubeProxy(arguments, $0) }
        == .unknown("its configuration /config is JSON, which is not read here"))
  }

  @Test func `kube-router writes what its options name`() {
    #expect(
      Plan.kubeRouter(["--service-tcp-timeout=2h15m", "--service-tcpfin-timeout", "30s", "--service-udp-timeout=5s"])
        == .writes(Timeouts(tcp: 8100, tcpFin: 30, udp: 5), in: .options))
    #expect(Plan.kubeRouter(["--run-router"]) == .nothing("has no timeouts in its options, and writes none"))
    #expect(
      Plan.kubeRouter(["--run-service-proxy=false", "--service-udp-timeout=5s"])
        == .nothing("runs without its service proxy, and writes none"))
  }

  @Test(arguments: [
    ("0", 0), ("15m", 900), ("1h30m", 5400), ("1.5h", 5400), ("500ms", 0), ("1m0.5s", 60), ("9", nil), ("", nil),
    ("m", nil), ("1 m", nil), ("-5s", nil), ("1d", nil),
  ])
  func `a duration of Go is whole seconds`(_ text: String, _ seconds: Int?) {
    #expect(GoDuration.seconds(text) == seconds)
  }
}

// SPDX-License-Identifier: Apache-2.0

import IPVS
import Linux
import SystemPackage
import TestSupport
import Testing

@testable import Doctor

/// What kube-proxy and kube-router are taken to write, by their arguments and by files, which are below a directory that
/// is their root.
@Suite struct KubernetesWritersTests {
  typealias Plan = TimeoutWriter.Plan

  /// That of a kernel with 250 ticks a second.
  private static let longest = 8_589_934

  private func kubeProxy(_ arguments: [String], _ files: [String: String] = [:]) async throws -> Plan {
    try await withTemporaryDirectory { root in
      for (path, text) in files { try root.pushing(FilePath(String(path.dropFirst()))).write(text) }
      let seen = ProcessFiles(root: root, directory: "/srv")
      return WriterReading.kubeProxy(arguments, seen, longest: Self.longest).plan
    }
  }

  private func configured(_ text: String) async throws -> Plan {
    try await kubeProxy(["--config=/config", "--ipvs-udp-timeout=1s"], ["/config": text])
  }

  @Test(arguments: [
    (["--proxy-mode=ipvs", "--ipvs-tcp-timeout=15m", "--ipvs-udp-timeout", "30s"], Timeouts(tcp: 900, udp: 30)),
    (["--proxy-mode", "ipvs", "--ipvs-tcpfin-timeout=1m30.9s", "--ipvs-tcp-timeout=0s"], Timeouts(tcpFin: 90)),
    (["--proxy_mode=ipvs", "--ipvs_udp_timeout=5s", "--cluster_cidr", "10.0.0.0/8"], Timeouts(udp: 5)),
    (["--masquerade-all", "--proxy-mode=ipvs", "-v", "4", "--ipvs-udp-timeout=5s"], Timeouts(udp: 5)),
    (["--proxy-mode=ipvs", "--ipvs-udp-timeout=5s", "--ipvs-udp-timeout=6s"], Timeouts(udp: 6)),
    (["--config=", "--proxy-mode=ipvs", "--ipvs-udp-timeout=5s", "--", "--ipvs-udp-timeout=6s"], Timeouts(udp: 5)),
  ])
  func `kube-proxy writes what its options name`(_ arguments: [String], _ timeouts: Timeouts) async throws {
    expect(try await kubeProxy(arguments), equals: .writes(timeouts, in: .options))
  }

  @Test(arguments: [
    ([], Plan.nothing("does not use IPVS, and writes none")),
    (["--proxy-mode=iptables", "--ipvs-tcp-timeout=1m"], .nothing("does not use IPVS, and writes none")),
    (["--proxy-mode=IPVS"], .unknown("IPVS in its options is no mode of kube-proxy")),
    (["--proxy-mode=ipvs"], .nothing("has no timeouts in its options, and writes none")),
    (["--proxy-mode=ipvs", "--ipvs-udp-timeout=0"], .nothing("has no timeouts in its options, and writes none")),
    (["--proxy-mode=ipvs", "--ipvs-udp-timeout=500ms"], .nothing("has no timeouts in its options, and writes none")),
    (
      ["--proxy-mode=ipvs", "--ipvs-udp-timeout=-9223372036854775808ns9223372036854775808ns"],
      .unknown("-9223372036854775808ns9223372036854775808ns for udp in its options is no duration from 0 on")
    ),
    (["--proxy-mode=ipvs", "--ipvs-udp-timeout=30"], .unknown("30 for udp in its options is no duration from 0 on")),
    (
      ["--proxy-mode=ipvs", "--ipvs-udp-timeout", "-1s"],
      .unknown("-1s for udp in its options is no duration from 0 on")
    ),
    (
      ["--proxy-mode=ipvs", "--ipvs-udp-timeout=5s", "--ipvs-tcp-timeout=8589935s"],
      .refused("asks for 8589935 s of tcp, as its options say; this kernel accepts at most 8589934 s")
    ),
    (["--config=/no"], .unknown("its configuration /no cannot be read: No such file or directory")),
    (["--config", "no"], .unknown("its configuration no cannot be read: No such file or directory")),
    (["--config=/"], .unknown("its configuration / is no regular file")),
  ])
  func `kube-proxy may write nothing`(_ arguments: [String], _ wanted: Plan) async throws {
    expect(try await kubeProxy(arguments), equals: wanted)
  }

  @Test(arguments: [
    // As kubeadm writes it, and with what conntrack has by the same names.
    (
      """
      apiVersion: kubeproxy.config.k8s.io/v1alpha1
      conntrack:
        udpTimeout: 7s
      ipvs:
        excludeCIDRs: null
        tcpFinTimeout: "0s"
        tcpTimeout: '2h'  # longer than the keep-alive
      kind: KubeProxyConfiguration
      mode: "ipvs"
      """, Timeouts(tcp: 7200)
    ),
    ("mode: ipvs\nipvs: {scheduler: rr, tcpTimeout: 1h, udpTimeout: 5s}", Timeouts(tcp: 3600, udp: 5)),
    ("    mode: ipvs\n    ipvs:\n      tcpTimeout: 2h\n      udpTimeout: 6s\n", Timeouts(tcp: 7200, udp: 6)),
    ("ipvs:\n    udpTimeout: 6s\nmode: ipvs", Timeouts(udp: 6)),
    (#"{"mode":"ipvs","ipvs":{"tcpTimeout":"1h","udpTimeout":"5s"}}"#, Timeouts(tcp: 3600, udp: 5)),
    ("\n  {\"mode\": \"ipvs\",\n\t\"ipvs\": {\"udpTimeout\": \"5s\"}\n}", Timeouts(udp: 5)),
    ("x: &t 90s\nmode: ipvs\nipvs: {tcpTimeout: *t, udpTimeout: *t}", Timeouts(tcp: 90, udp: 90)),
    (
      "x: &b {tcpTimeout: 1m, udpTimeout: 1m}\nmode: ipvs\nipvs:\n  <<: *b\n  udpTimeout: 2m",
      Timeouts(tcp: 60, udp: 120)
    ),
    (
      "a: &a {tcpTimeout: 1m}\nb: &b {tcpTimeout: 2m, udpTimeout: 2m}\nmode: ipvs\nipvs: {<<: [*a, *b]}",
      Timeouts(tcp: 60, udp: 120)
    ),
    ("mode: !!str ipvs\nipvs:\n  tcpTimeout: !!str 5s\n", Timeouts(tcp: 5)),
    ("---\nmode: ipvs\nipvs: {udpTimeout: 5s}\n---\nmode: ipvs\nipvs: {udpTimeout: 6s}\n", Timeouts(udp: 5)),
    ("%YAML 1.1\n---\nmode: ipvs\nipvs: {udpTimeout: 5s}\n...\nrubbish: [", Timeouts(udp: 5)),
    ("\u{FEFF}mode: ipvs\r\nipvs:\r\n  udpTimeout: 5s\r\n", Timeouts(udp: 5)),
    ("\"mode\": >-\n  ipvs\n\"ipvs\":\n  ? udpTimeout\n  : |-\n    5s\n", Timeouts(udp: 5)),
    ("mode: ipvs\nipvs: {udpTimeout: \"0\", tcpTimeout: 1000h}", Timeouts(tcp: 900).merging(.init())),
  ])
  func `kube-proxy writes what its configuration names`(_ text: String, _ timeouts: Timeouts) async throws {
    if text.contains("1000h") {
      guard case .writes(let found, in: .file("/config")) = try await configured(text) else {
        Issue.record("it is not read")
        return
      }
      #expect(found.tcp?.seconds == 3_600_000)
    } else {
      expect(try await configured(text), equals: .writes(timeouts, in: .file("/config")))
    }
  }

  @Test(arguments: [
    ("mode: nftables\nipvs:\n  tcpTimeout: 5s\n", "does not use IPVS, and writes none"),
    ("mode:\nipvs: {tcpTimeout: 5s}", "does not use IPVS, and writes none"),
    ("mode: ipvs", "has no timeouts in /config, and writes none"),
    ("mode: ipvs\nipvs:\n", "has no timeouts in /config, and writes none"),
    ("mode: ipvs\nipvs: {tcptimeout: 5s}\n", "has no timeouts in /config, and writes none"),
    ("mode: ipvs\nconntrack: {udpTimeout: 5s}", "has no timeouts in /config, and writes none"),
  ])
  func `kube-proxy has nothing to write`(_ text: String, _ reason: String) async throws {
    expect(try await configured(text), equals: .nothing(reason))
  }

  @Test(arguments: [
    ("", "/config: there are no keys and values"), ("#!/bin/sh\nx=1\n", "/config: there are no keys and values"),
    ("- mode: ipvs\n", "/config: there are no keys and values"), ("mode: 5", "/config line 1: mode is no text"),
    ("mode: [ipvs]", "/config line 1: mode is no text"), ("ipvs: x\n", "/config line 1: ipvs has no keys and values"),
    ("mode: ipvs\nipvs: {tcpTimeout: 5}", "/config line 2: tcpTimeout is no duration"),
    ("mode: ipvs\nipvs:\n\n  udpTimeout: null", "/config line 4: udpTimeout is no duration"),
    ("mode: ipvs\nipvs: {udpTimeout: [5s]}", "/config line 2: udpTimeout is no duration"),
    ("mode: ipvs\nipvs: {udpTimeout: !!int 5s}", "/config line 2: udpTimeout is no duration"),
    ("mode: ipvs\nipvs: {udpTimeout: \"5\"}", "5 for udp in /config is no duration from 0 on"),
    ("mode: ipvs\nipvs:\n  udpTimeout: 5s\n  udpTimeout: 6s\n", "/config line 4: udpTimeout is there twice"),
    ("mode: ipvs\nmode: ipvs\n", "/config line 2: mode is there twice"),
    (
      "kind: ClusterConfiguration\n---\nkind: KubeProxyConfiguration\nmode: ipvs\n",
      "/config line 1: its kind is ClusterConfiguration, not KubeProxyConfiguration"
    ),
    ("apiVersion: v1\nmode: ipvs", "/config line 1: its apiVersion is v1, not kubeproxy.config.k8s.io/v1alpha1"),
    ("mode: ipvs\nipvs: *x\n", "/config line 2: there is no anchor x"),
    ("mode: ipvs\n\tipvs: {}\n", "/config line 2: found a tab character that violates indentation"),
    ("mode: {\n", "/config line 2: did not find expected node content"),
    ("mode: a\u{1B}[2Jb\n", "/config line 1: control characters are not allowed"),
    (String(repeating: "[", count: 5000), "/config line 1: it is nested too deeply"),
    (String(repeating: "- x\n", count: 250_000), "/config line 199998: it is too long"),
    ("a: &a {<<: *a}\n", "/config line 1: there is no anchor a"),
  ])
  func `kube-proxy's configuration is not understood`(_ text: String, _ reason: String) async throws {
    expect(try await configured(text), equals: .unknown(reason))
  }

  /// Each level stands for ten of the one before.
  @Test func `does not grow with aliases`() async throws {
    var text = "a0: &a0 {x: y}\n"
    for level in 1...30 {
      let many = [String](repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      text += "a\(level): &a\(level) {<<: [\(many)], y: [\(many)]}\n"
    }
    expect(
      try await configured("\(text)mode: ipvs\nipvs: *a30\n"), equals: .unknown("/config line 27: it merges too much"))
    expect(
      try await configured("\(text)mode: ipvs\nipvs: {udpTimeout: 5s}\n"),
      equals: .writes(Timeouts(udp: 5), in: .file("/config")))
  }

  /// Each alias stands for a list one level deeper.
  ///
  /// Freeing 50 000 levels would need more stack than there is.
  @Test func `is not nested more deeply with aliases than without`() async throws {
    func nested(_ levels: Int) -> String {
      "- &a0 [x]\n" + (1...levels).map { "- &a\($0) [*a\($0 - 1)]\n" }.joined()
    }
    expect(try await configured(nested(97)), equals: .unknown("/config: there are no keys and values"))
    for levels in [99, 50_000] {
      expect(
        try await configured(nested(levels)), equals: .unknown("/config line 101: it is nested too deeply"))
    }
  }

  @Test func `is not merged more often than it can be read`() async throws {
    let many = (0..<10_000).map { "k\($0): v" }.joined(separator: ", ")
    let text = "a: &a {\(many)}\nb: &b {<<: [*a, *a, *a, *a]}\nc: &c {<<: [*b, *b, *b, *b, *b, *b]}\nmode: ipvs\n"
    expect(try await configured("\(text)ipvs: *c\n"), equals: .unknown("/config line 1: it merges too much"))
    expect(
      try await configured("\(text)ipvs: {<<: *b, udpTimeout: 5s}\n"),
      equals: .writes(Timeouts(udp: 5), in: .file("/config")))
  }

  @Test func `kube-router writes what its options name`() {
    func kubeRouter(_ arguments: String...) -> Plan {
      WriterReading.kubeRouter(arguments, longest: Self.longest).plan
    }
    #expect(
      kubeRouter("--service-tcp-timeout=2h15m", "--service-tcpfin-timeout", "30s", "--service-udp-timeout=5s")
        == .writes(Timeouts(tcp: 8100, tcpFin: 30, udp: 5), in: .options))
    #expect(kubeRouter("--run-router") == .nothing("has no timeouts in its options, and writes none"))
    for no in ["false", "False", "0", "f"] {
      #expect(
        kubeRouter("--run-service-proxy=\(no)", "--service-udp-timeout=5s")
          == .nothing("runs without its service proxy, and writes none"))
    }
    // A switch takes no argument that follows.
    #expect(
      kubeRouter("--run-service-proxy", "false", "--service-udp-timeout=5s")
        == .writes(Timeouts(udp: 5), in: .options))
    #expect(
      kubeRouter("--run-service-proxy=no")
        == .unknown("no for --run-service-proxy is neither true nor false"))
  }

  @Test(arguments: [
    ("k3s", "/etc/rancher/k3s/config.yaml"), ("rke2", "/etc/rancher/rke2/config.yaml"),
    ("kubelite", "/var/snap/microk8s/current/args/kube-proxy"),
    ("microk8s", "/var/snap/microk8s/current/args/kube-proxy"),
  ])
  func `programs that hide a proxy are not known`(_ name: String, _ place: String) throws {
    let kind = try #require(WriterKind(rawValue: name))
    guard case .unknown(let reason) = WriterReading(of: kind, HostProcess(1, name, in: nil)).plan else {
      Issue.record("\(name) is not unknown")
      return
    }
    #expect(reason.contains(place))
  }

  @Test(arguments: [
    ("0", 0), ("15m", 900), ("1h30m", 5400), ("1.5h", 5400), ("500ms", 0), ("1m0.5s", 60), ("9", nil), ("", nil),
    ("m", nil), ("1 m", nil), ("-5s", -5), ("+5s", 5), ("1d", nil), (".5m", 30), ("1.m", 60), (".m", nil), ("-", nil),
    ("2562047h47m16.854775807s", 9_223_372_036), ("2562047h47m16.854775808s", nil), ("9999999999999999999h", nil),
    ("9223372036854775808ns9223372036854775808ns", nil), ("9223372036854775808ns1ns", nil),
    ("-9223372036854775808ns", -9_223_372_036), ("-9223372036854775808ns0.9h9223372036854775807ns", nil),
    ("1\u{B5}s", 0), ("1h1h", 7200), ("٣s", nil), ("5S", nil), ("-0", 0),
  ])
  func `a duration of Go is whole seconds`(_ text: String, _ seconds: Int?) {
    #expect(GoDuration.seconds(text) == seconds)
  }

  @Test func `the kernel has a limit`() {
    #expect(WriterReading.longestInKernel >= 2_147_483)
  }
}

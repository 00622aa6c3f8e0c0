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
    policy: PolicyState = .example(.success(nil)), changed: String? = nil, isReloaded: Bool = false
  ) throws -> [Finding] {
    let process = HostProcess(123, program.rawValue, in: here.fileIdentity)
    var writer = TimeoutWriter(
      program: program, process: process, plan: plan, namespace: namespace?.fileIdentity)
    (writer.changedFile, writer.isReloaded) = (changed, isReloaded)
    return try WritersCheck().findings(
      on: .example(timeouts: .kernelDefault, known: here, policy: policy, writers: [writer]))
  }

  @Test func `finds nobody`() throws {
    let nobody = "none of keepalived, kube-proxy, kube-router, dockerd runs in this network namespace"
    #expect(try WritersCheck().findings(on: .example(known: here)) == [.ok(.writers, nobody)])
    let plan = TimeoutWriter.Plan.writes(Timeouts(tcp: 5), in: .options)
    let process = HostProcess(123, "kube-router", in: elsewhere.fileIdentity)
    let writer = TimeoutWriter(program: .kubeRouter, process: process, plan: plan)
    #expect(try WritersCheck().findings(on: .example(known: here, writers: [writer])) == [.ok(.writers, nobody)])
  }

  @Test func `reports in one line the processes that are not root's`() throws {
    func writers(_ count: Int, in namespace: NamespaceInfo) -> [TimeoutWriter] {
      (0..<count).map { number in
        TimeoutWriter(
          program: .keepalived,
          process: HostProcess(Int32(750 + number), "keepalived", in: namespace.fileIdentity, isOfRoot: false),
          plan: .unknown("it is not root's"))
      }
    }
    for (count, words) in [
      (1, " is not root's, and was not looked at"),
      (2, " and 1 other process are not root's, and were not looked at"),
      (3, " and 2 other processes are not root's, and were not looked at"),
    ] {
      let facts = DirectorFacts.example(
        known: here, otherWriters: writers(count, in: here) + writers(2, in: elsewhere))
      let findings = try WritersCheck().findings(on: facts)
      #expect(findings.map(\.severity) == [.ok, .note])
      #expect(findings.last?.fact == "keepalived (pid 750)" + words)
      #expect(findings.last?.fix == nil)
    }
    #expect(try WritersCheck().findings(on: .example(known: here, otherWriters: writers(2, in: elsewhere))).count == 1)
  }

  @Test func `belongs to the namespace of the services`() throws {
    let plan = TimeoutWriter.Plan.writes(Timeouts(tcp: 5), in: .options)
    #expect(
      try findings(.keepalived, plan, in: elsewhere) == [
        .ok(.writers, "keepalived (pid 123) runs here, and its virtual services are in another network namespace")
      ])
    let process = HostProcess(123, "keepalived", in: elsewhere.fileIdentity)
    let writer = TimeoutWriter(program: .keepalived, process: process, plan: plan, namespace: here.fileIdentity)
    #expect(try WritersCheck().findings(on: .example(known: here, writers: [writer])).map(\.severity) == [.problem])
  }

  @Test func `finds a problem in another value than the policy's`() throws {
    let plan = TimeoutWriter.Plan.writes(Timeouts(tcp: 900), in: .options)
    #expect(try findings(.kubeRouter, plan, policy: .example("here 60 30 45\n")).map(\.severity) == [.problem])
    #expect(try findings(.kubeRouter, plan, policy: .example("here - 30 45\n")).map(\.severity) == [.note])
    let mistaken = try findings(.kubeRouter, plan, policy: .example("host one\n"))
    #expect(mistaken.map(\.severity) == [.note])
  }

  @Test func `finds a problem in another value, and shows both ways`() throws {
    #expect(
      try findings(.keepalived, .writes(Timeouts(tcp: 600, udp: 300), in: .file("/etc/lvs.conf"))) == [
        .problem(
          .writers,
          "keepalived (pid 123) writes tcp 600 s, udp 300 s, as /etc/lvs.conf says, but the kernel has tcp 900 s",
          so:
            "at its next reload it writes tcp 600 s instead of 900 s, tcpfin as at its start; at its end, all as before its"
            + " start",
          fix: .advice(
            "lvs_timeouts tcp 900 tcpfin 120 udp 300 in /etc/lvs.conf, then `systemctl reload keepalived`;"
              + " or, to have the values that /etc/lvs.conf says, `systemctl reload keepalived`"))
      ])
    let options = TimeoutWriter.Plan.writes(Timeouts(tcp: 600, tcpFin: 60), in: .options)
    let consequence = "at its next start it writes tcp 600 s instead of 900 s, tcpfin 60 s instead of 120 s"
    #expect(
      try findings(.kubeProxy, options) == [
        .problem(
          .writers,
          "kube-proxy (pid 123) writes tcp 600 s, tcpfin 60 s, as its options say, but the kernel has tcp 900 s, tcpfin"
            + " 120 s", so: consequence,
          fix: .advice(
            "restart kube-proxy with --ipvs-tcp-timeout=900s --ipvs-tcpfin-timeout=120s"
              + " --ipvs-udp-timeout=300s; or, to have the values that its options say, restart kube-proxy"))
      ])
    #expect(
      try findings(.kubeRouter, options).first?.fix?.text
        == "restart kube-router with --service-tcp-timeout=900s --service-tcpfin-timeout=120s"
        + " --service-udp-timeout=300s; or, to have the values that its options say, restart kube-router")
    #expect(
      try findings(.kubeProxy, .writes(Timeouts(tcp: 600), in: .file("/config"))).first?.fix?.text
        == "under ipvs in /config tcpTimeout: 900s, tcpFinTimeout: 120s, udpTimeout: 300s, then restart kube-proxy;"
        + " or, to have the values that /config says, restart kube-proxy")
  }

  @Test func `says first to read a file again that is newer`() throws {
    let plan = TimeoutWriter.Plan.writes(Timeouts(tcp: 7200), in: .file("/etc/lvs.conf"))
    #expect(
      try findings(.keepalived, plan, changed: "/etc/lvs.conf") == [
        .problem(
          .writers,
          "keepalived (pid 123) writes tcp 7200 s, as /etc/lvs.conf says, but the kernel has tcp 900 s; the file was"
            + " changed after keepalived had read it",
          so:
            "at its next reload it writes tcp 7200 s instead of 900 s, tcpfin and udp as at its start; at its end, all as"
            + " before its start",
          fix:
            .advice(
              "`systemctl reload keepalived`, if you want the change; if not, lvs_timeouts tcp 900 tcpfin 120"
                + " udp 300 in /etc/lvs.conf, then `systemctl reload keepalived`"))
      ])
    #expect(
      try findings(.keepalived, plan, changed: "/etc/lvs.d").first?.fact.hasSuffix(
        "; /etc/lvs.d was changed after keepalived had read it") == true)
    #expect(
      try findings(.kubeProxy, .writes(Timeouts(tcp: 7200), in: .file("/config")), changed: "/config").first?.fix?.text
        == "restart kube-proxy, if you want the change; if not, under ipvs in /config tcpTimeout: 900s,"
        + " tcpFinTimeout: 120s, udpTimeout: 300s, then restart kube-proxy")
  }

  @Test func `knows one way only where a policy decides`() throws {
    let plan = TimeoutWriter.Plan.writes(Timeouts(tcp: 7200), in: .file("/a b;reboot"))
    #expect(
      try findings(.keepalived, plan, policy: .example("here 60 - -\n"), changed: "/a b;reboot").first?.fix?.text
        == "lvs_timeouts tcp 60 tcpfin 120 udp 300 in '/a b;reboot', then `systemctl reload keepalived`")
  }

  @Test func `says that the kernel has other values than the program writes and the policy wants`() throws {
    let plan = TimeoutWriter.Plan.writes(Timeouts(tcp: 60, tcpFin: 30, udp: 60), in: .file("/etc/lvs.conf"))
    #expect(
      try findings(.keepalived, plan, policy: .example("here 60 30 60\n")) == [
        .note(
          .writers,
          "keepalived (pid 123) writes tcp 60 s, tcpfin 30 s, udp 60 s, as /etc/lvs.conf says, but the kernel has tcp"
            + " 900 s, tcpfin 120 s, udp 300 s",
          so: "it has not written them yet, or another program has written since; it writes them at its next reload; at"
            + " its end, all as before its start")
      ])
  }

  @Test func `notes who writes the same again`() throws {
    #expect(
      try findings(.kubeRouter, .writes(Timeouts(tcp: 900), in: .options)) == [
        .note(
          .writers, "kube-router (pid 123) writes tcp 900 s, as its options say; the kernel has them",
          so: "it writes them again at its next start")
      ])
  }

  @Test func `is content with who writes none, and says what it does not know`() throws {
    #expect(
      try findings(.dockerd, .nothing("sets none")) == [.ok(.writers, "dockerd (pid 123) sets none")])
    #expect(
      try findings(.keepalived, .unknown("who knows")) == [
        .unchecked(
          .writers, "keepalived (pid 123): cannot find out what it writes: who knows")
      ])
    #expect(try WritersCheck().findings(on: .example()).first?.severity == .note)
  }

  @Test func `is not content with who may have written before`() throws {
    let consequence =
      "if it had lvs_timeouts before (cannot find out), each reload and its end write the timeouts from before its"
      + " start"
    let fix = "`systemctl restart keepalived`, which forgets them, then set the timeouts"
    let plan = TimeoutWriter.Plan.nothing("has no lvs_timeouts in /k, and writes none")
    #expect(
      try findings(.keepalived, plan, changed: "/k") == [
        .note(
          .writers,
          "keepalived (pid 123) has no lvs_timeouts in /k, and writes none; /k was changed after keepalived had read it",
          so: consequence, fix: .advice(fix))
      ])
    #expect(
      try findings(.keepalived, plan, isReloaded: true) == [
        .note(
          .writers, "keepalived (pid 123) has no lvs_timeouts in /k, and writes none; it was reloaded after its start",
          so: consequence, fix: .advice(fix))
      ])
    #expect(
      try findings(.kubeProxy, .nothing("does not use IPVS, and writes none"), changed: "/config") == [
        .note(
          .writers,
          "kube-proxy (pid 123) does not use IPVS, and writes none; /config was changed after kube-proxy had read it",
          so: "cannot find out what it wrote when it started")
      ])
  }

  @Test func `reports idle programs and refused values`() throws {
    let source = TimeoutWriter.Source.file("/k")
    #expect(
      try findings(.keepalived, .idle(Timeouts(tcp: 600), in: source)) == [
        .ok(.writers, "keepalived (pid 123) has lvs_timeouts in /k, but no virtual_server, and so writes none")
      ])
    #expect(
      try findings(.keepalived, .idle(Timeouts(tcp: 600), in: source), changed: "/k").first?.fact
        == "keepalived (pid 123) has lvs_timeouts in /k, but no virtual_server, and so writes none; /k was changed after"
        + " keepalived had read it")
    #expect(
      try findings(.keepalived, .idle(Timeouts(tcp: 900), in: source)) == [
        .note(
          .writers,
          "keepalived (pid 123) has lvs_timeouts in /k, but no virtual_server; yet the timeouts have the values in it",
          so: "cannot find out whether it writes them: without a virtual_server it writes none")
      ])
    #expect(
      try findings(.kubeProxy, .refused("asks for 9000000 s")) == [
        .note(
          .writers, "kube-proxy (pid 123) asks for 9000000 s",
          so: "the kernel refuses all three, so none of them is set",
          fix: .advice("configure a shorter timeout, then restart kube-proxy"))
      ])
  }
}

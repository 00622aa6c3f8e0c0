// SPDX-License-Identifier: Apache-2.0

import Directors
import IPVS
import Testing
import Text

@testable import ipvs_timeout

/// Reports on network namespaces that somebody has named: the whole text.
@Suite struct NamespaceTargetReportTests {
  private static let blue = NamespaceTarget(.named("blue"))

  static let findings: [(TimeoutsReport.Content, String, String)] = [
    (
      .timeouts(Timeouts(tcp: 900, udp: 300)),
      "blue: Timeout (tcp tcpfin udp): 900 - 300\n",
      #"{"netns":"blue","backend":"netlink","timeouts":{"tcp":900,"tcpfin":null,"udp":300}}"# + "\n"
    ),
    (
      .change(
        TimeoutsChange(
          wanted: Timeouts(udp: 60), before: .kernelDefault, after: Timeouts(tcp: 900, tcpFin: 120, udp: 60))),
      "blue: Timeout (tcp tcpfin udp): 900 120 60 (was 900 120 300)\n",
      #"{"netns":"blue","backend":"netlink","before":{"tcp":900,"tcpfin":120,"udp":300},"#
        + #""after":{"tcp":900,"tcpfin":120,"udp":60},"changed":true,"dry_run":false}"# + "\n"
    ),
    (
      .change(TimeoutsChange(wanted: Timeouts(), before: .kernelDefault, after: .kernelDefault)),
      "blue: Timeout (tcp tcpfin udp): 900 120 300 (unchanged)\n",
      #"{"netns":"blue","backend":"netlink","before":{"tcp":900,"tcpfin":120,"udp":300},"#
        + #""after":{"tcp":900,"tcpfin":120,"udp":300},"changed":false,"dry_run":false}"# + "\n"
    ),
    (
      .comparison(wanted: Timeouts(tcp: 60, udp: 60), actual: .kernelDefault),
      "blue: tcp is 900 s, wanted 60 s\nblue: udp is 300 s, wanted 60 s\n",
      #"{"netns":"blue","backend":"netlink","as_wanted":false,"wanted":{"tcp":60,"tcpfin":null,"udp":60},"#
        + #""timeouts":{"tcp":900,"tcpfin":120,"udp":300},"drift":["tcp","udp"]}"# + "\n"
    ),
    (
      .comparison(wanted: Timeouts(tcp: 900), actual: .kernelDefault),
      "blue: Timeout (tcp tcpfin udp): 900 120 300 (as wanted)\n",
      #"{"netns":"blue","backend":"netlink","as_wanted":true,"wanted":{"tcp":900,"tcpfin":null,"udp":null},"#
        + #""timeouts":{"tcp":900,"tcpfin":120,"udp":300},"drift":[]}"# + "\n"
    ),
  ]

  @Test(arguments: findings)
  func `name them`(finding: TimeoutsReport.Content, text: String, json: String) {
    let report = TimeoutsReport(target: Self.blue, backend: .netlink, content: finding)
    #expect(TimeoutsFormat.text.render(report).string == text)
    #expect(TimeoutsFormat.json.render(report).string.anonymous == json)
    // Several are one after another.
    #expect(TimeoutsFormat.text.render([report, report]).string == text + text)
    #expect(TimeoutsFormat.json.render([report, report]).string.anonymous == json + json)
  }

  @Test(
    arguments: [
      ("/run/netns/a b", "/run/netns/a b", "/run/netns/a b"),
      ("\u{1B}[2J\n", #"\u{1B}[2J\n"#, #"\u001b[2J\u000a"#),
      (#"a"b\c"#, #"a"b\c"#, #"a\"b\\c"#),
      ("\u{202E}x", #"\u{202E}x"#, #"\u202ex"#),
    ])
  func `have whatever name others have chosen on one line`(name: String, text: String, json: String) {
    let report = TimeoutsReport(
      target: NamespaceTarget(NetworkNamespace(parsing: name)), backend: .netlink, content: .timeouts(.kernelDefault))
    #expect(TimeoutsFormat.text.render(report).string == "\(text): Timeout (tcp tcpfin udp): 900 120 300\n")
    #expect(
      TimeoutsFormat.json.render(report).string.anonymous
        == #"{"netns":"\#(json)","backend":"netlink","timeouts":{"tcp":900,"tcpfin":120,"udp":300}}"# + "\n")
  }

  @Test func `of nothing are nothing`() {
    #expect(TimeoutsFormat.text.render([]).string == "")
    #expect(TimeoutsFormat.json.render([]).string == "")
    #expect(TimeoutsFormat.rules.render([]).string == "")
  }

  @Test(arguments: [.netlink, .ipvsadm] as [BackendChoice])
  func `are in JSON with the way that was taken`(backend: BackendChoice) {
    let report = TimeoutsReport(target: Self.blue, backend: backend, content: .timeouts(Timeouts()))
    #expect(report.json.string.anonymous.hasPrefix(#"{"netns":"blue","backend":"\#(backend.rawValue)","#))
  }

  /// In the line that `ipvsadm -R` takes, 0 keeps a timeout.
  @Test(
    arguments: [
      (.kernelDefault, "--set 900 120 300\n"),
      (Timeouts(tcp: 900, udp: 300), "--set 900 0 300\n"),
      (Timeouts(), "--set 0 0 0\n"),
    ] as [(Timeouts, String)])
  func `are rules that name no namespace`(timeouts: Timeouts, rules: String) {
    for place in [nil, Self.blue] {
      let report = TimeoutsReport(target: place, backend: .netlink, content: .timeouts(timeouts))
      #expect(TimeoutsFormat.rules.render(report).string == rules)
    }
  }

  @Test(arguments: [(findings[1].0, "--set 900 120 60\n"), (findings[3].0, "--set 900 120 300\n")])
  func `are rules of the timeouts in force, whatever was done`(content: TimeoutsReport.Content, rules: String) {
    let report = TimeoutsReport(target: nil, backend: .netlink, content: content)
    #expect(TimeoutsFormat.rules.render(report).string == rules)
  }
}

// SPDX-License-Identifier: Apache-2.0

import Directors
import IPVS
import Testing
import Text

@testable import ipvs_timeout

/// Every report in every format: the whole text.
@Suite struct ReportTests {
  static let lowered = Timeouts(tcp: 60, tcpFin: 30, udp: 60)

  static let timeouts: [(Timeouts, String, String, String)] = [
    (
      .kernelDefault,
      "Timeout (tcp tcpfin udp): 900 120 300\n",
      #"{"netns":"host","backend":"netlink","timeouts":{"tcp":900,"tcpfin":120,"udp":300}}"# + "\n",
      """
      # HELP ipvs_timeout_seconds IPVS connection timeout.
      # TYPE ipvs_timeout_seconds gauge
      ipvs_timeout_seconds{netns="host",timeout="tcp"} 900
      ipvs_timeout_seconds{netns="host",timeout="tcpfin"} 120
      ipvs_timeout_seconds{netns="host",timeout="udp"} 300
      # HELP ipvs_timeout_up Whether the timeouts could be read.
      # TYPE ipvs_timeout_up gauge
      ipvs_timeout_up{netns="host"} 1

      """
    ),
    (
      Timeouts(tcp: 900, tcpFin: 120),
      "Timeout (tcp tcpfin udp): 900 120 -\n",
      #"{"netns":"host","backend":"netlink","timeouts":{"tcp":900,"tcpfin":120,"udp":null}}"# + "\n",
      """
      # HELP ipvs_timeout_seconds IPVS connection timeout.
      # TYPE ipvs_timeout_seconds gauge
      ipvs_timeout_seconds{netns="host",timeout="tcp"} 900
      ipvs_timeout_seconds{netns="host",timeout="tcpfin"} 120
      # HELP ipvs_timeout_up Whether the timeouts could be read.
      # TYPE ipvs_timeout_up gauge
      ipvs_timeout_up{netns="host"} 1

      """
    ),
    (
      Timeouts(),
      "Timeout (tcp tcpfin udp): - - -\n",
      #"{"netns":"host","backend":"netlink","timeouts":{"tcp":null,"tcpfin":null,"udp":null}}"# + "\n",
      """
      # HELP ipvs_timeout_seconds IPVS connection timeout.
      # TYPE ipvs_timeout_seconds gauge
      # HELP ipvs_timeout_up Whether the timeouts could be read.
      # TYPE ipvs_timeout_up gauge
      ipvs_timeout_up{netns="host"} 1

      """
    ),
  ]

  @Test(arguments: timeouts)
  func `the timeouts`(timeouts: Timeouts, text: String, json: String, prometheus: String) {
    let report = TimeoutsReport(backend: .netlink, content: .timeouts(timeouts))
    #expect(TimeoutsFormat.text.render(report).string == text)
    #expect(TimeoutsFormat.json.render(report).string.anonymous == json)
    #expect(TimeoutsFormat.prometheus.render(report).string == prometheus)
  }

  static let changes: [(TimeoutsChange, String, String, String)] = [
    (
      TimeoutsChange(wanted: lowered, before: .kernelDefault, after: lowered),
      "Timeout (tcp tcpfin udp): 60 30 60 (was 900 120 300)\n",
      #"{"netns":"host","backend":"netlink","before":{"tcp":900,"tcpfin":120,"udp":300},"#
        + #""after":{"tcp":60,"tcpfin":30,"udp":60},"changed":true,"dry_run":false}"# + "\n",
      """
      # HELP ipvs_timeout_seconds IPVS connection timeout.
      # TYPE ipvs_timeout_seconds gauge
      ipvs_timeout_seconds{netns="host",timeout="tcp"} 60
      ipvs_timeout_seconds{netns="host",timeout="tcpfin"} 30
      ipvs_timeout_seconds{netns="host",timeout="udp"} 60
      # HELP ipvs_timeout_up Whether the timeouts could be read.
      # TYPE ipvs_timeout_up gauge
      ipvs_timeout_up{netns="host"} 1

      """
    ),
    (
      TimeoutsChange(wanted: Timeouts(tcp: 900), before: .kernelDefault, after: .kernelDefault),
      "Timeout (tcp tcpfin udp): 900 120 300 (unchanged)\n",
      #"{"netns":"host","backend":"netlink","before":{"tcp":900,"tcpfin":120,"udp":300},"#
        + #""after":{"tcp":900,"tcpfin":120,"udp":300},"changed":false,"dry_run":false}"# + "\n",
      """
      # HELP ipvs_timeout_seconds IPVS connection timeout.
      # TYPE ipvs_timeout_seconds gauge
      ipvs_timeout_seconds{netns="host",timeout="tcp"} 900
      ipvs_timeout_seconds{netns="host",timeout="tcpfin"} 120
      ipvs_timeout_seconds{netns="host",timeout="udp"} 300
      # HELP ipvs_timeout_up Whether the timeouts could be read.
      # TYPE ipvs_timeout_up gauge
      ipvs_timeout_up{netns="host"} 1

      """
    ),
    (
      TimeoutsChange(
        wanted: Timeouts(tcp: 60), before: Timeouts(tcp: 900, tcpFin: 120), after: Timeouts(tcp: 60, tcpFin: 120),
        isDryRun: true),
      "Timeout (tcp tcpfin udp): 900 120 - (would become 60 120 -)\n",
      #"{"netns":"host","backend":"netlink","before":{"tcp":900,"tcpfin":120,"udp":null},"#
        + #""after":{"tcp":60,"tcpfin":120,"udp":null},"changed":true,"dry_run":true}"# + "\n",
      """
      # HELP ipvs_timeout_seconds IPVS connection timeout.
      # TYPE ipvs_timeout_seconds gauge
      ipvs_timeout_seconds{netns="host",timeout="tcp"} 900
      ipvs_timeout_seconds{netns="host",timeout="tcpfin"} 120
      # HELP ipvs_timeout_up Whether the timeouts could be read.
      # TYPE ipvs_timeout_up gauge
      ipvs_timeout_up{netns="host"} 1

      """
    ),
    (
      TimeoutsChange(wanted: Timeouts(), before: .kernelDefault, after: .kernelDefault, isDryRun: true),
      "Timeout (tcp tcpfin udp): 900 120 300 (would stay so)\n",
      #"{"netns":"host","backend":"netlink","before":{"tcp":900,"tcpfin":120,"udp":300},"#
        + #""after":{"tcp":900,"tcpfin":120,"udp":300},"changed":false,"dry_run":true}"# + "\n",
      """
      # HELP ipvs_timeout_seconds IPVS connection timeout.
      # TYPE ipvs_timeout_seconds gauge
      ipvs_timeout_seconds{netns="host",timeout="tcp"} 900
      ipvs_timeout_seconds{netns="host",timeout="tcpfin"} 120
      ipvs_timeout_seconds{netns="host",timeout="udp"} 300
      # HELP ipvs_timeout_up Whether the timeouts could be read.
      # TYPE ipvs_timeout_up gauge
      ipvs_timeout_up{netns="host"} 1

      """
    ),
  ]

  @Test(arguments: changes)
  func `a change`(change: TimeoutsChange, text: String, json: String, prometheus: String) {
    let report = TimeoutsReport(backend: .netlink, content: .change(change))
    #expect(TimeoutsFormat.text.render(report).string == text)
    #expect(TimeoutsFormat.json.render(report).string.anonymous == json)
    #expect(TimeoutsFormat.prometheus.render(report).string == prometheus)
  }

  static let verdicts: [(Timeouts, Timeouts, String, String, String)] = [
    (
      .kernelDefault, .kernelDefault,
      "Timeout (tcp tcpfin udp): 900 120 300 (as wanted)\n",
      #"{"netns":"host","backend":"ipvsadm","as_wanted":true,"wanted":{"tcp":900,"tcpfin":120,"udp":300},"#
        + #""timeouts":{"tcp":900,"tcpfin":120,"udp":300},"drift":[]}"# + "\n",
      """
      # HELP ipvs_timeout_seconds IPVS connection timeout.
      # TYPE ipvs_timeout_seconds gauge
      ipvs_timeout_seconds{netns="host",timeout="tcp"} 900
      ipvs_timeout_seconds{netns="host",timeout="tcpfin"} 120
      ipvs_timeout_seconds{netns="host",timeout="udp"} 300
      # HELP ipvs_timeout_drift Whether the timeout differs from the wanted one.
      # TYPE ipvs_timeout_drift gauge
      ipvs_timeout_drift{netns="host",timeout="tcp"} 0
      ipvs_timeout_drift{netns="host",timeout="tcpfin"} 0
      ipvs_timeout_drift{netns="host",timeout="udp"} 0
      # HELP ipvs_timeout_up Whether the timeouts could be read.
      # TYPE ipvs_timeout_up gauge
      ipvs_timeout_up{netns="host"} 1

      """
    ),
    (
      Timeouts(tcp: 60, udp: 60), Timeouts(tcp: 900, tcpFin: 120),
      "tcp is 900 s, wanted 60 s\nudp is not in this kernel, wanted 60 s\n",
      #"{"netns":"host","backend":"ipvsadm","as_wanted":false,"wanted":{"tcp":60,"tcpfin":null,"udp":60},"#
        + #""timeouts":{"tcp":900,"tcpfin":120,"udp":null},"drift":["tcp","udp"]}"# + "\n",
      """
      # HELP ipvs_timeout_seconds IPVS connection timeout.
      # TYPE ipvs_timeout_seconds gauge
      ipvs_timeout_seconds{netns="host",timeout="tcp"} 900
      ipvs_timeout_seconds{netns="host",timeout="tcpfin"} 120
      # HELP ipvs_timeout_drift Whether the timeout differs from the wanted one.
      # TYPE ipvs_timeout_drift gauge
      ipvs_timeout_drift{netns="host",timeout="tcp"} 1
      ipvs_timeout_drift{netns="host",timeout="udp"} 1
      # HELP ipvs_timeout_up Whether the timeouts could be read.
      # TYPE ipvs_timeout_up gauge
      ipvs_timeout_up{netns="host"} 1

      """
    ),
    (
      Timeouts(), Timeouts(udp: 300),
      "Timeout (tcp tcpfin udp): - - 300 (as wanted)\n",
      #"{"netns":"host","backend":"ipvsadm","as_wanted":true,"wanted":{"tcp":null,"tcpfin":null,"udp":null},"#
        + #""timeouts":{"tcp":null,"tcpfin":null,"udp":300},"drift":[]}"# + "\n",
      """
      # HELP ipvs_timeout_seconds IPVS connection timeout.
      # TYPE ipvs_timeout_seconds gauge
      ipvs_timeout_seconds{netns="host",timeout="udp"} 300
      # HELP ipvs_timeout_drift Whether the timeout differs from the wanted one.
      # TYPE ipvs_timeout_drift gauge
      # HELP ipvs_timeout_up Whether the timeouts could be read.
      # TYPE ipvs_timeout_up gauge
      ipvs_timeout_up{netns="host"} 1

      """
    ),
  ]

  @Test(arguments: verdicts)
  func `a verdict`(wanted: Timeouts, actual: Timeouts, text: String, json: String, prometheus: String) {
    let report = TimeoutsReport(backend: .ipvsadm, content: .comparison(wanted: wanted, actual: actual))
    #expect(TimeoutsFormat.text.render(report).string == text)
    #expect(TimeoutsFormat.json.render(report).string.anonymous == json)
    #expect(TimeoutsFormat.prometheus.render(report).string == prometheus)
  }

  static func report(_ namespace: NetworkNamespace, _ timeouts: Timeouts) -> TimeoutsReport {
    TimeoutsReport(target: NamespaceTarget(namespace), backend: .netlink, content: .timeouts(timeouts))
  }

  @Test func `a label is closed correctly, whatever the name`() {
    let name = "a\"\u{301}b\\\u{301}c\u{1B}\n"
    #expect(
      TimeoutsFormat.prometheus.render(Self.report(.named(name), Timeouts(tcp: 60))).string.contains(
        "\nipvs_timeout_seconds{netns=\"a\\\"\u{301}b\\\\\u{301}c\\\\u{1B}\\\\n\",timeout=\"tcp\"} 60\n"))
  }

  @Test func `no metric has a sample twice`() {
    let long = String(repeating: "x", count: 250)
    let reports = [
      Self.report(.named(long + "1"), Timeouts(tcp: 1)), Self.report(.named(long + "2"), Timeouts(tcp: 2)),
      Self.report(.named("blue"), Timeouts(tcp: 3)), Self.report(.named("blue"), Timeouts(tcp: 4)),
    ]
    let cut = String(repeating: "x", count: 200) + "…"
    #expect(
      TimeoutsFormat.prometheus.render(reports).string.split(separator: "\n").filter { !$0.hasPrefix("#") } == [
        "ipvs_timeout_seconds{netns=\"\(cut)\",timeout=\"tcp\"} 1",
        "ipvs_timeout_seconds{netns=\"\(cut) (2)\",timeout=\"tcp\"} 2",
        "ipvs_timeout_seconds{netns=\"blue\",timeout=\"tcp\"} 4",
        "ipvs_timeout_up{netns=\"\(cut)\"} 1",
        "ipvs_timeout_up{netns=\"\(cut) (2)\"} 1",
        "ipvs_timeout_up{netns=\"blue\"} 1",
      ])
  }
}

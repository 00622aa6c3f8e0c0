// SPDX-License-Identifier: Apache-2.0

import Directors
import Testing
import Text

@testable import IPVS
@testable import ipvs_timeout

/// The reports on connections, word for word.
@Suite struct ConnectionsReportTests {
  private static func connection(
    _ transport: Connection.Transport, _ state: Connection.State, _ secondsLeft: UInt32,
    origin: Connection.Origin = .local, client: String = "192.0.2.2:40001"
  ) throws -> Connection {
    Connection(
      transport, client: try #require(Endpoint(parsing: client)),
      service: try #require(Endpoint(parsing: "[2001:db8::1]:80")),
      server: try #require(Endpoint(parsing: "198.51.100.2:8080")), state: state, origin: origin,
      secondsLeft: secondsLeft)
  }

  private static func report(_ name: String = "blue") throws -> ConnectionsReport {
    var summary = ConnectionSummary(
      by: OutdatedRule(Timeouts(tcp: 60, udp: 60), hasBackupDaemon: true), on: TimerWheel(ticksPerSecond: 100))
    for seconds: UInt32 in [12, 60, 600, 899] { summary.add(try connection(.tcp, .established, seconds)) }
    summary.add(try connection(.tcp, .established, 700, origin: .sync))
    summary.add(try connection(.tcp, .finWait, 29))
    summary.add(try connection(.tcp, .timeWait, 119))
    summary.add(try connection(.udp, .udp, 60))
    summary.add(try connection(.sctp, .init(rawValue: "S-ACK-SENT"), 30))
    summary.add(try connection(.tcp, .assured, 7_199, client: "192.0.2.0:0"))
    summary.add(try connection(.init(rawValue: "ESP"), .stateless, 0))
    return ConnectionsReport(target: NamespaceTarget(.named(name)), backend: .netlink, summary: summary)
  }

  @Test func `is a table for people`() throws {
    #expect(
      try Self.report().table == """
        State                   Total  Outdated  Left: min    median      99 %       max  Governed by
        ESTABLISHED                 5         2        12s     10m2s    14m58s    14m59s  tcp = 60 s
        FIN_WAIT                    1         -        29s       29s       29s       29s  tcpfin = -
        TIME_WAIT                   1         -      1m59s     1m59s     1m59s     1m59s  kernel: 120 s
        UDP                         1         0         1m        1m        1m        1m  udp = 60 s
        ASSURED (TCP template)      1         -   1h59m59s  1h59m59s  1h59m59s  1h59m59s  ipvsadm -p
        ESP NONE                    1         -         0s        0s        0s        0s  unknown
        SCTP S-ACK-SENT             1         -        30s       30s       30s       30s  kernel
        Outdated: still on the old timer, for at most 13m59s. The last silent one ends in 14m59s to 15m41s.
        Not outdated: 1 with a longer timer from another director's sync daemon.
        tcpfin = -: this kernel does not have this timeout.
        kernel: no setting changes these timers.
        ipvsadm -p: the persistence of the service sets these timers.
        unknown: none of the three timeouts sets these timers.

        """)
  }

  @Test func `fits in 100 columns, with the longest times and names`() throws {
    let days = Timeouts(tcp: Timeout.longest, tcpFin: Timeout.longest, udp: Timeout.longest)
    var summary = ConnectionSummary(by: OutdatedRule(days))
    for state in Connection.State.known {
      for transport in [.tcp, .udp, .sctp] as [Connection.Transport] {
        for seconds: UInt32 in [86_399, 2_678_399] { summary.add(try Self.connection(transport, state, seconds)) }
      }
    }
    for transport in [.tcp, .udp, .sctp] as [Connection.Transport] {
      summary.add(try Self.connection(transport, .assured, 86_399, client: "192.0.2.0:0"))
    }
    let report = ConnectionsReport(target: NamespaceTarget(.current), backend: .netlink, summary: summary)
    let lines = report.table.split(separator: "\n")
    #expect(lines.count > 20)
    // Room for ten million connections.
    for line in lines { #expect(line.count <= 100 - 3, "\(line)") }
    #expect(lines.contains { $0.hasPrefix("ESTABLISHED ") && $0.contains(" 23h59m ") && $0.contains(" 30d23h ") })
  }

  @Test func `reports that there are no connections`() {
    let summary = ConnectionSummary(by: OutdatedRule(.kernelDefault))
    let report = ConnectionsReport(target: NamespaceTarget(.current), backend: .ipvsadm, summary: summary)
    #expect(report.table == "no connections\n")
    let filtered = ConnectionsReport(
      target: NamespaceTarget(.current), backend: .ipvsadm, summary: summary, isFiltered: true)
    #expect(filtered.table == "no connection matches\n")
    #expect(
      report.json.string.anonymous
        == #"{"netns":"host","backend":"ipvsadm","timeouts":{"tcp":900,"tcpfin":120,"udp":300},"connections":0,"#
        + #""outdated":0,"last_ends":null,"last_ends_by":null,"outdated_for":null,"states":[]}"# + "\n")
  }

  @Test func `is JSON for programs`() throws {
    let json = try Self.report().json.string.anonymous
    #expect(
      json.hasPrefix(
        #"{"netns":"blue","backend":"netlink","timeouts":{"tcp":60,"tcpfin":null,"udp":60},"connections":11,"#
          + #""outdated":2,"last_ends":899,"last_ends_by":941,"outdated_for":839,"states":[{"protocol":"TCP","state":"ESTABLISHED","template":false,"#
          + #""connections":5,"seconds_left":{"min":12,"median":602,"p99":898,"max":899},"ruled_by":"tcp","#
          + #""fixed":null,"outdated":2,"last_ends":899,"last_ends_by":941,"outdated_for":839,"synced":1},{"protocol":"TCP","state":"FIN_WAIT","#
      ),
      "\(json)")
    #expect(
      json.contains(
        #"{"protocol":"TCP","state":"TIME_WAIT","template":false,"connections":1,"#
          + #""seconds_left":{"min":119,"median":119,"p99":119,"max":119},"ruled_by":null,"fixed":120,"#
          + #""outdated":0,"last_ends":null,"last_ends_by":null,"outdated_for":null,"synced":0}"#))
  }

  @Test func `is metrics for Prometheus`() throws {
    var metrics = ConnectionsMetrics()
    metrics.add(try Self.report())
    let lines = metrics.text.split(separator: "\n")
    #expect(lines.count == 6 + 7 + 2 + 1)
    #expect(lines.last == #"ipvs_timeout_connections_up{netns="blue"} 1"#)
    #expect(
      lines.contains(
        #"ipvs_timeout_connections{netns="blue",protocol="TCP",state="ASSURED",template="1"} 1"#))
    #expect(
      lines.filter { $0.hasPrefix("ipvs_timeout_connections_outdated{") } == [
        #"ipvs_timeout_connections_outdated{netns="blue",protocol="TCP",state="ESTABLISHED",template="0"} 2"#,
        #"ipvs_timeout_connections_outdated{netns="blue",protocol="UDP",state="UDP",template="0"} 0"#,
      ])
  }

  @Test func `has no sample twice if names look alike`() throws {
    var metrics = ConnectionsMetrics()
    for name in ["blue\u{7F}", "blue\\u{7F}"] { metrics.add(try Self.report(name)) }
    let samples = metrics.text.split(separator: "\n").filter { !$0.hasPrefix("#") }
    #expect(samples.count == 2 * (7 + 2 + 1) && Set(samples).count == samples.count, "\(samples)")
  }

  @Test func `is a line for an outdated connection`() throws {
    let outdated = OutdatedConnection(
      target: NamespaceTarget(.current), connection: try Self.connection(.tcp, .established, 899), name: .tcp,
      allowed: 60)
    #expect(
      outdated.line
        == "TCP 192.0.2.2:40001 -> [2001:db8::1]:80 -> 198.51.100.2:8080 ESTABLISHED 14m59s left, tcp = 60 s\n")
  }

  @Test(
    arguments: [
      (0, "0s"), (59, "59s"), (60, "1m"), (899, "14m59s"), (3_600, "1h"), (3_601, "1h1s"), (90_061, "1d1h1m1s"),
      (2_678_400, "31d"),
    ] as [(UInt32, String)])
  func `writes times so that they can be read back`(seconds: UInt32, text: String) {
    #expect(DurationText.text(seconds) == text)
    #expect(TimeoutText.seconds(text).map(UInt32.init) == seconds)
  }
}

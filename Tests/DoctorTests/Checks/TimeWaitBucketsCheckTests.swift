// SPDX-License-Identifier: Apache-2.0

import IPVS
import Testing

@testable import Doctor

/// Whether there is room for TIME_WAIT.
@Suite struct TimeWaitBucketsCheckTests {
  @Test(
    arguments: [
      (0, 0, .ok, "0 of 1000 (0.0 %) of the sockets that may be in TIME_WAIT (tcp_max_tw_buckets)"),
      (499, 0, .ok, "499 of 1000 (49 %) of the sockets that may be in TIME_WAIT (tcp_max_tw_buckets)"),
      (500, 0, .note, "500 of 1000 (50 %) of the sockets that may be in TIME_WAIT (tcp_max_tw_buckets)"),
      (800, 0, .problem, "800 of 1000 (80 %) of the sockets that may be in TIME_WAIT (tcp_max_tw_buckets)"),
      (
        1000, 7, .problem,
        "1000 of 1000 (100 %) of the sockets that may be in TIME_WAIT (tcp_max_tw_buckets); 7 found no room and were"
          + " closed at once (TCPTimeWaitOverflow)"
      ),
      (
        5, 7, .note,
        "5 of 1000 (0.5 %) of the sockets that may be in TIME_WAIT (tcp_max_tw_buckets); 7 found no room and were"
          + " closed at once (TCPTimeWaitOverflow)"
      ),
    ] as [(Int, UInt64, Severity, String)])
  func `is by the share, and by what had none`(count: Int, overflow: UInt64, severity: Severity, fact: String) throws {
    let service = try SocketService.example("198.51.100.9:3306", [.timeWait: count])
    let facts = SocketFacts.example(service, settings: [.tcpMaxTimeWaitBuckets: "1000"], overflow: overflow)
    let findings = TimeWaitBucketsCheck().findings(on: facts)
    #expect(findings.map(\.severity) == [severity])
    #expect(findings.map(\.fact) == [fact])
  }

  @Test func `is fixed in the program first`() throws {
    let service = try SocketService.example("198.51.100.9:3306", [.timeWait: 900])
    let facts = SocketFacts.example(service, settings: [.tcpMaxTimeWaitBuckets: "1000"])
    #expect(
      TimeWaitBucketsCheck().findings(on: facts).first?.fix?.text
        == "in the program, reuse connections (a pool, keep-alive) instead of one for each request; if that is not"
        + " enough, `sysctl -w net.ipv4.tcp_max_tw_buckets=262144`")
  }

  @Test func `is not there with a limit of nothing`() {
    let facts = SocketFacts.example(settings: [.tcpMaxTimeWaitBuckets: "0"], overflow: 9, in: .named("a b"))
    #expect(
      TimeWaitBucketsCheck().findings(on: facts) == [
        .problem(
          .timeWaitBuckets,
          "tcp_max_tw_buckets = 0: no socket goes to TIME_WAIT; 9 found no room and were closed at once"
            + " (TCPTimeWaitOverflow)",
          so: "a socket without room skips TIME_WAIT: no connection fails, but a late packet of an old one can"
            + " disturb a new one",
          fix: .command("nsenter --net='/run/netns/a b' sysctl -w net.ipv4.tcp_max_tw_buckets=262144"))
      ])
  }

  @Test func `is taken by what the kernel counts, in whatever state it is`() throws {
    let service = try SocketService.example("198.51.100.9:3306", [.timeWait: 10, .finWait2: 890])
    let facts = SocketFacts.example(service, settings: [.tcpMaxTimeWaitBuckets: "1000"], places: 900)
    let finding = try #require(TimeWaitBucketsCheck().findings(on: facts).first)
    #expect(finding.severity == .problem)
    #expect(finding.fact.hasPrefix("900 of 1000 (90 %)"))
  }

  @Test func `is lacking at this moment where the kernel goes on counting`() throws {
    let facts = SocketFacts.example(settings: [.tcpMaxTimeWaitBuckets: "1000"], overflow: 9, overflowNow: 4)
    let finding = try #require(TimeWaitBucketsCheck().findings(on: facts).first)
    #expect(finding.severity == .problem)
    #expect(
      finding.fact.hasSuffix(
        "; 9 found no room and were closed at once (TCPTimeWaitOverflow), 4 of them during this check"))
  }

  @Test func `is not known where the kernel does not show it`() {
    #expect(TimeWaitBucketsCheck().findings(on: SocketFacts()).map(\.severity) == [.note])
  }
}

// SPDX-License-Identifier: Apache-2.0

import IPVS
import Testing
import Text

@testable import Doctor
@testable import ipvs_timeout

/// What `doctor --sockets` writes, word for word.
@Suite struct SocketsReportTests {
  @Test func `is the findings for people, then a table of services`() throws {
    let report = SocketsReport(target: NamespaceTarget(.named("blue")), facts: try facts(), showsName: true)
    #expect(report.text().hasPrefix("no problem, 2 notes in blue: tw-buckets, time-wait\n\nnote     tw-buckets  "))
    #expect(
      report.text().hasSuffix(
        """
        see also: `ipvs-timeout doctor`, about IPVS and its timeouts

                                                                     TIME_   FIN_              Closed
        Service              Offered           Sockets  ESTABLISHED   WAIT  WAIT2  Others  first here  Ports
        198.51.100.9:3306    elsewhere             303            3    300      0       0         300  1.0 %
        0.0.0.0:80           here                    4            1      0      2       1           2      -
        [2001:db8::1]:11211  here (as client)        1            1      0      0       0           0  0.0 %
        others               -                       7            0      7      0       0           7      -

        """))
  }

  @Test func `has no heading for one namespace, and no table where there are no connections`() {
    let report = SocketsReport(
      target: NamespaceTarget(.current), facts: SocketFacts(settings: KernelSettings([.tcpMaxTimeWaitBuckets: "8192"])),
      showsName: false)
    #expect(report.text().hasSuffix("\n\nno TCP connections\n"))
  }

  @Test func `has twenty services at most for people`() throws {
    let services = try (1...30).map { number in
      var counts = SocketCounts()
      counts[.established] = 2
      return SocketService(
        SocketService.Name(try #require(Endpoint(parsing: "192.0.2.\(number):80")), isLocal: true), counts)
    }
    let report = SocketsReport(target: NamespaceTarget(.current), facts: SocketFacts(services), showsName: false)
    let lines = report.text().split(separator: "\n").suffix(22)
    #expect(lines.first == "Service        Offered  Sockets  ESTABLISHED")
    #expect(lines.dropLast().last == "192.0.2.20:80  here           2            2")
    #expect(lines.last?.split(separator: " ") == ["others", "-", "20", "20"])
  }

  @Test func `is JSON for programs`() throws {
    let json = SocketsReport(target: NamespaceTarget(.current), facts: try facts(), showsName: false).json.string
    #expect(
      json.anonymous.hasPrefix(#"{"netns":"host","problems":0,"notes":2,"findings":[{"check":"ports","severity":"ok","#)
    )
    let end = [
      #"],"sockets":{"all":315,"ESTABLISHED":5,"SYN_SENT":1,"FIN_WAIT2":2,"TIME_WAIT":307},"#,
      #""services":[{"service":{"address":"198.51.100.9","port":3306},"offered":"elsewhere","role":"client","#,
      #""sockets":{"all":303,"ESTABLISHED":3,"TIME_WAIT":300},"closed_first_here":300,"unaccepted":0,"#,
      #""sources":[{"address":"192.0.2.1","open":2,"syn_sent":0,"time_wait":300},{"address":"192.0.2.2","open":1,"syn_sent":0,"time_wait":0}],"#,
      #""owners":[{"state":"ESTABLISHED","command":"shop\"d","processes":[12,13],"sockets":3}]},"#,
      #"{"service":{"address":"0.0.0.0","port":80},"offered":"here","role":"server","#,
      #""sockets":{"all":4,"ESTABLISHED":1,"SYN_SENT":1,"FIN_WAIT2":2},"closed_first_here":2,"unaccepted":0,"sources":[],"#,
      #""owners":null},"#,
      #"{"service":{"address":"2001:db8::1","port":11211},"offered":"here","role":"client","#,
      #""sockets":{"all":1,"ESTABLISHED":1},"closed_first_here":0,"unaccepted":0,"#,
      #""sources":[{"address":"2001:db8::1","open":1,"syn_sent":0,"time_wait":0}],"owners":null}],"#,
      #""other_services":{"all":7,"TIME_WAIT":7},"missed":3,"ephemeral_ports":{"first":32768,"last":60999,"count":28232},"#,
      #""max_time_wait":8192,"time_wait_places":309,"time_wait_overflow":5}"#,
    ]
    #expect(json.hasSuffix(end.joined() + "\n"), "\(json)")
  }

  @Test func `is asked for by --sockets, without a backend`() throws {
    #expect(
      try Invocation(["doctor", "--sockets", "--format", "json", "--netns", "blue"])
        == .sockets(
          SocketsRequest(format: .json, selection: NamespaceSelection(choice: .one(.named("blue"))))))
    #expect(try Invocation(["doctor"]) == .doctor(DoctorRequest()))
    #expect(try Invocation(["doctor", "--all"]) == .doctor(DoctorRequest(showsAll: true)))
    #expect(try Invocation(["doctor", "--sockets", "--all"]) == .sockets(SocketsRequest(showsAll: true)))
    for words in [
      ["--format", "prometheus"], ["--policy", "wanted"], ["--backend", "netlink"], ["--ipvsadm", "/sbin/ipvsadm"],
    ] {
      #expect(throws: Failure.self) { try Invocation(["doctor", "--sockets"] + words) }
    }
  }

  private func facts() throws -> SocketFacts {
    let database = try name("198.51.100.9:3306")
    let sources = [
      SocketService.Source(try address("192.0.2.1"), open: 2, timeWait: 300),
      SocketService.Source(try address("192.0.2.2"), open: 1, timeWait: 0),
    ]
    let cacheSource = SocketService.Source(try address("2001:db8::1"), open: 1, timeWait: 0)
    let owners = SocketOwners([
      SocketOwners.Group(database, .established): [SocketOwners.Owner("shop\"d", processes: [12, 13], sockets: 3)]
    ])
    return SocketFacts(
      [
        SocketService(database, counts([.timeWait: 300, .established: 3]), sources: sources),
        SocketService(try name("0.0.0.0:80", isLocal: true), counts([.finWait2: 2, .established: 1, .synSent: 1])),
        SocketService(try name("[2001:db8::1]:11211"), counts([.established: 1]), sources: [cacheSource]),
      ],
      rest: counts([.timeWait: 7]), missed: 3, owners: owners,
      counters: KernelCounters("TcpExt: TCPTimeWaitOverflow\nTcpExt: 5\n", sockets: "TCP: inuse 9 tw 309\n"),
      settings: KernelSettings([
        .tcpMaxTimeWaitBuckets: "8192", .tcpTimeWaitReuse: "2", .tcpFinTimeout: "60", .tcpSyncookies: "1",
      ]))
  }

  private func name(_ text: String, isLocal: Bool = false) throws -> SocketService.Name {
    SocketService.Name(try #require(Endpoint(parsing: text)), isLocal: isLocal)
  }

  private func address(_ text: String) throws -> InternetAddress { try #require(InternetAddress(parsing: text)) }

  private func counts(_ numbers: [HostSocket.State: Int]) -> SocketCounts {
    numbers.reduce(into: SocketCounts()) { $0[$1.key] = $1.value }
  }
}

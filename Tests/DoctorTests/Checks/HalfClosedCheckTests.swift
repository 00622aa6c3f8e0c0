// SPDX-License-Identifier: Apache-2.0

import IPVS
import Testing

@testable import Doctor

/// Connections that one end has closed and the other has not.
@Suite struct HalfClosedCheckTests {
  private static let fix =
    "in the program, close a connection when a read returns its end; to see them: `ss -tnp state close-wait"

  @Test func `are no finding where there are few`() throws {
    let facts = SocketFacts.example(try .example("198.51.100.9:3306", [.closeWait: 9, .finWait2: 119]))
    #expect(
      CloseWaitCheck().findings(on: facts) == [
        .ok(.closeWait, "9 sockets in CLOSE_WAIT, fewer than 10 for each service")
      ])
    #expect(
      FinWaitCheck().findings(on: facts) == [
        .ok(.finWait, "119 sockets in FIN_WAIT2, fewer than 120 for each service")
      ])
  }

  @Test func `by a program here may pass, or be a leak`() throws {
    let some = try SocketService.example("192.0.2.1:80", isLocal: true, [.closeWait: 99])
    let many = try SocketService.example("198.51.100.9:3306", [.closeWait: 100])
    let owners = SocketOwners([
      SocketOwners.Group(many.name, .closeWait): [SocketOwners.Owner("shopd", processes: [12], sockets: 100)]
    ])
    #expect(
      CloseWaitCheck().findings(on: .example(some, many, owners: owners)) == [
        .problem(
          .closeWait,
          "198.51.100.9:3306: 100 sockets in CLOSE_WAIT: the other end has closed, and shopd (pid 12) has not",
          so:
            "each uses a descriptor until the program closes it or ends; no kernel setting ends it",
          fix: .advice("\(Self.fix) dst '198.51.100.9:3306'`")),
        .note(
          .closeWait,
          "192.0.2.1:80 here: 99 sockets in CLOSE_WAIT: the other end has closed, and a program that doctor cannot"
            + " see has not",
          so: "if they stay, each uses a descriptor until the program closes it or ends; no kernel setting ends it",
          fix: .advice("\(Self.fix) src '192.0.2.1:80'`")),
      ])
  }

  @Test func `that nobody has accepted are the listener's`() throws {
    let service = try SocketService.example(
      "0.0.0.0:80", isLocal: true, [.closeWait: 110, .established: 3], unaccepted: 100)
    let owners = SocketOwners([
      SocketOwners.Group(service.name, .listen): [SocketOwners.Owner("webd", processes: [8], sockets: 1)],
      SocketOwners.Group(service.name, .closeWait): [SocketOwners.Owner("shopd", processes: [9], sockets: 10)],
    ])
    let findings = CloseWaitCheck().findings(on: .example(service, owners: owners, in: .process(17)))
    #expect(findings.map(\.severity) == [.note, .problem])
    #expect(
      findings.first?.fact
        == "0.0.0.0:80 here: 10 sockets in CLOSE_WAIT: the other end has closed, and shopd (pid 9) has not")
    #expect(
      findings.last
        == .problem(
          .closeWait,
          "0.0.0.0:80 here: 100 sockets in CLOSE_WAIT that were never accepted: the client has closed, and webd (pid"
            + " 8) listens but has not accepted them",
          so: "the program hangs or is too slow: its clients give up, and when its queue is full, new ones fail",
          fix: .advice(
            "find out what the program waits for; its queue (Recv-Q) and the limit (Send-Q): `nsenter"
              + " --net=/proc/17/ns/net ss -tnlp 'sport = :80'`")))
  }

  @Test func `by the other end are the other program's`() throws {
    let service = try SocketService.example("0.0.0.0:80", isLocal: true, [.finWait2: 120])
    #expect(
      FinWaitCheck().findings(on: .example(service)) == [
        .note(
          .finWait, "0.0.0.0:80 here: 120 sockets in FIN_WAIT2: this host has closed, and the other end has not",
          so:
            "the program at the other end does not close; the kernel ends sockets without a program after"
            + " tcp_fin_timeout (60 s), the others stay",
          fix: .advice(
            "in the program at the other end, close a connection when a read returns its end; to see"
              + " them: `ss -tnp state fin-wait-2 'sport = :80'`"))
      ])
  }
}

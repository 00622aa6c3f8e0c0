// SPDX-License-Identifier: Apache-2.0

import IPVS
import SystemPackage
import TestSupport
import Testing

@testable import Ipvsadm

/// Programs that run in another network namespace.
///
/// This needs root and nsenter(1).
@Suite struct ProgramEnteringTests {
  @Test func `runs there, with its own name and arguments`() async throws {
    let foreign = try ForeignNamespace()
    let there = try foreign.link
    let namespaces: [NetworkNamespace] = [
      .process(foreign.process), .path(foreign.path), .named("\(foreign.process)"),
    ]
    for namespace in namespaces {
      let (answer, report) = try await run(in: namespace)
      #expect(answer == .success(Timeouts(tcp: 1, tcpFin: 2, udp: 3)))
      #expect(report == [there, "-L", "--timeout"])
    }
    #expect(try ForeignNamespace.own != there)
  }

  @Test func `runs here by default`() async throws {
    let (answer, report) = try await run(in: .current)
    #expect(answer == .success(Timeouts(tcp: 1, tcpFin: 2, udp: 3)))
    #expect(try report == [ForeignNamespace.own, "-L", "--timeout"])
  }

  @Test func `runs here again after it returns`() async throws {
    let foreign = try ForeignNamespace()
    let program = try IpvsadmProgram(at: ["/bin/sh"], for: .list)
    #expect(program.entering(.path(foreign.path)) != program)
    #expect(program.entering(.path(foreign.path)).entering(.current) == program)
  }

  @Test(
    arguments: [
      .path("/no/such"), .named("no such name"), .process(0), .path("/dev/null/x"),
    ] as [NetworkNamespace])
  func `does not run if there is no such network namespace`(namespace: NetworkNamespace) async throws {
    let program = try IpvsadmProgram(at: ["/bin/sh"], for: .list).entering(namespace)
    #expect(throws: IpvsadmError(.noSuchNamespace, .list, program: "/bin/sh", in: namespace)) {
      try program.timeouts()
    }
  }

  @Test(arguments: ["/proc/self/ns/mnt", "/proc/self/status"])
  func `does not run if the file is not a network namespace`(path: String) async throws {
    let (answer, report) = try await run(in: .path(FilePath(path)))
    #expect(answer.mapError(\.cause) == .failure(.notANamespace))
    #expect(report == [])
  }

  @Test func `its failure names the command to run by hand`() async throws {
    let foreign = try ForeignNamespace()
    let namespace = NetworkNamespace.named("\(foreign.process)")
    try await withTemporaryDirectory { directory in
      let fake = try await FakeProgram("#!/bin/sh\nexit 3\n", at: directory.appending("ipvsadm"))
      let program = try IpvsadmProgram(at: [fake.path], for: .list, timeLimit: .seconds(30)).entering(namespace)
      let answer = await onOwnThread { () throws(IpvsadmError) in try program.timeouts() }
      guard case .failure(let error) = answer else {
        Issue.record("it succeeded")
        return
      }
      #expect(error.namespace == namespace)
      #expect(
        error.description
          == "cannot read the timeouts in the network namespace \(foreign.process) with the program \(fake.path):"
          + " it failed with status 3 and printed no message; run `nsenter --net=/proc/\(foreign.process)/ns/net"
          + " \(fake.path) -L --timeout` by hand to see more")
    }
  }

  /// Runs a program that answers with timeouts, and returns where it ran and with which arguments.
  private func run(
    in namespace: NetworkNamespace
  ) async throws -> (answer: Result<Timeouts, IpvsadmError>, report: [String]) {
    try await withTemporaryDirectory { directory in
      let report = directory.appending("report")
      let fake = try await FakeProgram(
        """
        #!/bin/sh
        { readlink /proc/$$/ns/net; printf '%s\\n' "$@"; } > '\(report)'
        echo 'Timeout (tcp tcpfin udp): 1 2 3'
        """, at: directory.appending("ipvsadm"))
      let program = try IpvsadmProgram(at: [fake.path], for: .list, timeLimit: .seconds(30)).entering(namespace)
      let answer = await onOwnThread { () throws(IpvsadmError) in try program.timeouts() }
      return (answer, (try? report.text())?.split(separator: "\n").map(String.init) ?? [])
    }
  }
}

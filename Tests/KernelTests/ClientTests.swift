// SPDX-License-Identifier: Apache-2.0

import IPVS
import SystemPackage
import Testing

extension RealKernel {
  /// The library in this process, compared with ipvsadm.
  @Suite struct ClientTests {
    private let netns = Namespace.current

    @Test func readsTheInitialTimeoutsOfANamespace() async throws {
      let timeouts = try netns.inside { try Client().timeouts() }
      #expect(timeouts == .kernelDefault)
      expect(try await netns.timeouts(), equals: "900 120 300")
    }

    @Test func setsOnlyTheNamedTimeouts() async throws {
      let client = try netns.inside { try Client() }
      for subset in 0..<8 {
        try await netns.set(1001, 1002, 1003)
        let wanted = Timeouts(
          tcp: subset & 1 == 0 ? nil : 11, tcpFin: subset & 2 == 0 ? nil : 12, udp: subset & 4 == 0 ? nil : 13)
        try client.setTimeouts(wanted)
        let expected = wanted.merging(Timeouts(tcp: 1001, tcpFin: 1002, udp: 1003))
        #expect(try client.timeouts() == expected, "\(wanted)")
        expect(try await netns.timeouts(), equals: expected.line, "\(wanted)")
      }
    }

    @Test(arguments: [
      Timeouts(tcp: 1, tcpFin: 1, udp: 1), Timeouts(tcp: 2_678_400, tcpFin: 2_678_399, udp: 65_536), .kernelDefault,
    ])
    func writesWhatItHasRead(_ timeouts: Timeouts) async throws {
      let client = try netns.inside { try Client() }
      try client.setTimeouts(timeouts)
      let before = try client.timeouts()
      #expect(before == timeouts)
      try await netns.set(7, 8, 9)
      #expect(try client.timeouts() == Timeouts(tcp: 7, tcpFin: 8, udp: 9))
      try client.setTimeouts(before)
      #expect(try client.timeouts() == before)
      expect(try await netns.timeouts(), equals: timeouts.line)
    }

    @Test func readsAndRestoresMoreThanTheProgramAccepts() async throws {
      let client = try netns.inside { try Client() }
      let longest = Timeouts(tcp: limit, tcpFin: limit, udp: limit)
      try client.setTimeouts(longest)
      #expect(try client.timeouts() == longest)
      expect(try await netns.timeouts(), equals: longest.line)
    }

    @Test(arguments: Timeouts.Name.allCases)
    func changesNothingWhenTheKernelRefusesOne(_ name: Timeouts.Name) async throws {
      let client = try netns.inside { try Client() }
      var wanted = Timeouts(tcp: 11, tcpFin: 12, udp: 13)
      wanted[name] = limit.flatMap { Timeout(held: $0.seconds + 1) }
      #expect(throws: IPVSError(.valueRefused, .setTimeouts, sending: wanted, errno: .invalidArgument)) {
        try client.setTimeouts(wanted)
      }
      #expect(try client.timeouts() == .kernelDefault)
      expect(try await netns.timeouts(), equals: "900 120 300")
    }

    @Test func reportsWhatTheKernelRefused() async throws {
      let error = #expect(throws: IPVSError.self) {
        try netns.inside { try Client().setTimeouts(Timeouts(tcp: 60, udp: Timeout(held: .max))) }
      }
      #expect(
        error?.description
          == "cannot set the timeouts tcp=60 udp=4294967295 in this network namespace: the kernel refused a value"
          + " and changed nothing (Invalid argument, errno 22)"
      )
    }

    @Test func staysInTheNamespaceInWhichItWasOpened() async throws {
      try await withNamespace { other in
        let here = try netns.inside { try Client() }
        let there = try other.inside { try Client() }
        try here.setTimeouts(Timeouts(tcp: 11))
        try there.setTimeouts(Timeouts(udp: 22))
        expect(try await netns.timeouts(), equals: "11 120 300")
        expect(try await other.timeouts(), equals: "900 120 22")
        expect(try await Namespace.initial.timeouts(), equals: "900 120 300")
      }
    }

    /// The largest timeout that this kernel accepts: INT_MAX / HZ, with HZ = 100.
    private var limit: Timeout? { TimerWheel.current.longestTimeout.flatMap { Timeout(held: $0) } }
  }
}

extension Timeouts {
  /// The three values as ``Namespace/timeouts()`` returns them.
  fileprivate var line: String {
    Name.allCases.map { self[$0].map { "\($0.seconds)" } ?? "-" }.joined(separator: " ")
  }
}

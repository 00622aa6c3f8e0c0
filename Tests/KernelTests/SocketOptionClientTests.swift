// SPDX-License-Identifier: Apache-2.0

import IPVS
import SystemPackage
import Testing

extension RealKernel {
  /// The library's two clients in this process: what one writes the other reads, and both have the same limits and errors.
  @Suite struct SocketOptionClientTests {
    private let netns = Namespace.current

    @Test func readsWhatTheOtherWrote() async throws {
      let netlink = try netns.inside { try Client() }
      let options = try netns.inside { try SocketOptionClient() }
      for subset in 0..<8 {
        let wanted = Timeouts(
          tcp: subset & 1 == 0 ? nil : 11, tcpFin: subset & 2 == 0 ? nil : 12, udp: subset & 4 == 0 ? nil : 13)
        try netlink.setTimeouts(Timeouts(tcp: 1001, tcpFin: 1002, udp: 1003))
        #expect(try options.timeouts() == Timeouts(tcp: 1001, tcpFin: 1002, udp: 1003))
        let change = try options.changeTimeouts(to: wanted)
        #expect(change.isAsWanted)
        #expect(try netlink.timeouts() == wanted.merging(change.before), "\(wanted)")
      }
    }

    /// The kernel refuses more than INT_MAX / HZ, and it changes all values or none.
    @Test(arguments: Timeouts.Name.allCases, [nil, .max, 2_147_483_648] as [UInt32?])
    func hasTheSameLimits(_ name: Timeouts.Name, _ seconds: UInt32?) throws {
      let netlink = try netns.inside { try Client() }
      let options = try netns.inside { try SocketOptionClient() }
      var longest = Timeouts()
      longest[name] = Timeout(held: 21_474_836)
      try options.setTimeouts(longest)
      #expect(try netlink.timeouts() == longest.merging(.kernelDefault))
      var wanted = Timeouts(tcp: 11, tcpFin: 12, udp: 13)
      wanted[name] = Timeout(held: seconds ?? 21_474_837)
      let refusal = IPVSError(.valueRefused, .setTimeouts, sending: wanted, errno: .invalidArgument)
      #expect(throws: refusal) { try options.setTimeouts(wanted) }
      #expect(throws: refusal) { try netlink.setTimeouts(wanted) }
      #expect(try options.timeouts() == longest.merging(.kernelDefault))
    }

    @Test func staysInTheNamespaceInWhichItWasOpened() async throws {
      try await withNamespace { other in
        let name = try #require(other.name)
        let there = try netns.inside { try SocketOptionClient(in: .named(name)) }
        try there.setTimeouts(Timeouts(udp: 22))
        expect(try await netns.timeouts(), equals: "900 120 300")
        expect(try await other.timeouts(), equals: "900 120 22")
      }
      #expect(throws: IPVSError(.noSuchNamespace, .open, in: .named("no such"), errno: .noSuchFileOrDirectory)) {
        _ = try SocketOptionClient(in: .named("no such"))
      }
    }
  }
}

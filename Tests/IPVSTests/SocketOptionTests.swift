// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc
import SystemPackage
import Testing

@testable import IPVS

/// The structure of the kernel's socket options, and the socket.
@Suite struct SocketOptionTests {
  @Test(
    arguments: [
      ((900, 120, 300), .kernelDefault),
      // A kernel without a protocol answers 0, and none of them holds 0.
      ((900, 120, 0), Timeouts(tcp: 900, tcpFin: 120)), ((0, 0, 300), Timeouts(udp: 300)), ((0, 0, 0), Timeouts()),
      ((21_474_836, 1, 1), Timeouts(tcp: Timeout(held: 21_474_836), tcpFin: 1, udp: 1)),
    ] as [((CInt, CInt, CInt), Timeouts)])
  func `an answer of 0 becomes nil`(values: (CInt, CInt, CInt), timeouts: Timeouts) {
    let answer = ip_vs_timeout_user(tcp_timeout: values.0, tcp_fin_timeout: values.1, udp_timeout: values.2)
    #expect(Timeouts(answer) == timeouts)
  }

  @Test func `a request has 0 for what the kernel keeps, and each value unchanged`() {
    let some = ip_vs_timeout_user(Timeouts(tcpFin: 30))
    #expect(some.tcp_timeout == 0 && some.tcp_fin_timeout == 30 && some.udp_timeout == 0)
    // The kernel refuses negative numbers.
    let all = ip_vs_timeout_user(Timeouts(tcp: 1, tcpFin: Timeout(held: .max), udp: .longest))
    #expect(all.tcp_timeout == 1 && all.tcp_fin_timeout == -1 && all.udp_timeout == 2_678_400)
  }

  @Test func `the socket reads and sets options`() throws {
    let socket = try OptionSocket()
    try socket.set(Int(IP_TTL), to: CInt(7))
    var value: CInt = 0
    try socket.get(Int(IP_TTL), &value)
    #expect(value == 7)
    #expect(throws: Errno.invalidArgument) { try socket.set(Int(IP_TTL), to: CInt(256)) }
  }
}

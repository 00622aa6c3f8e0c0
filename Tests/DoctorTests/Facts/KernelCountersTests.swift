// SPDX-License-Identifier: Apache-2.0

import IPVS
import Testing

@testable import Doctor

@Suite struct KernelCountersTests {
  @Test func `are pairs of lines`() {
    let text = """
      TcpExt: SyncookiesSent TW TCPTimeWaitOverflow TCPPureAcks
      TcpExt: 0 5 18446744073709551615 7
      IpExt: InNoRoutes TCPTimeWaitOverflow
      IpExt: 1

      """
    #expect(KernelCounters(text).timeWaitOverflow == .max)
  }

  @Test func `have whole names`() {
    let text = """
      Other: TCPTimeWaitOverflows A-TCPTimeWaitOverflow TCPTimeWaitOverflow-A
      Other: 1 2 3
      TcpExt: TCPTimeWaitOverflow TCPTimeWaitOverflows
      TcpExt: 5 6

      """
    #expect(KernelCounters(text).timeWaitOverflow == 5)
  }

  @Test(arguments: [
    "", "TcpExt: TW\nTcpExt: 5\n", "TcpExt: TCPTimeWaitOverflow\nIpExt: 5\n", "TcpExt: TCPTimeWaitOverflow\n",
  ])
  func `may be missing`(text: String) {
    #expect(KernelCounters(text).timeWaitOverflow == nil)
  }

  @Test(
    arguments: [
      ("TCP: inuse 5 orphan 0 tw 42 alloc 7 mem 1\nUDP: inuse 1 mem 0\n", 42), ("TCP: inuse 5\n", nil), ("", nil),
    ])
  func `have the places for TIME_WAIT`(sockets: String, places: Int?) {
    #expect(KernelCounters("", sockets: sockets).timeWaitPlaces == places)
  }

  @Test func `are read from the kernel`() throws {
    #expect(try KernelCounters(in: .current).timeWaitPlaces != nil)
    #expect(try KernelCounters(in: .current).timeWaitOverflow != nil)
  }
}

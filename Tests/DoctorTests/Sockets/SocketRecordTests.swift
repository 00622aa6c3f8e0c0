// SPDX-License-Identifier: Apache-2.0

import CLinux
import IPVS
import Testing

@testable import Doctor

/// Records of sockets, as a Linux 6.1 kernel sent them.
@Suite struct SocketRecordTests {
  private static let timeWait: [UInt8] = [
    0x02, 0x06, 0x03, 0x00,  // idiag_family AF_INET, idiag_state TCP_TIME_WAIT, idiag_timer 3, idiag_retrans
    0xd0, 0x3a, 0x00, 0x50,  // idiag_sport 53306, idiag_dport 80
    0xc0, 0x00, 0x02, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,  // idiag_src
    0xc0, 0x00, 0x02, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,  // idiag_dst
    0x00, 0x00, 0x00, 0x00,  // idiag_if
    0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,  // idiag_cookie
    0x60, 0xea, 0x00, 0x00,  // idiag_expires 60000
    0x00, 0x00, 0x00, 0x00,  // idiag_rqueue
    0x00, 0x00, 0x00, 0x00,  // idiag_wqueue
    0x00, 0x00, 0x00, 0x00,  // idiag_uid
    0x00, 0x00, 0x00, 0x00,  // idiag_inode
  ]

  private static let established: [UInt8] = [
    0x0a, 0x01, 0x00, 0x00,  // idiag_family AF_INET6, idiag_state TCP_ESTABLISHED, idiag_timer, idiag_retrans
    0x00, 0x51, 0xd4, 0x72,  // idiag_sport 81, idiag_dport 54386
    0x20, 0x01, 0x0d, 0xb8, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01,  // idiag_src
    0x20, 0x01, 0x0d, 0xb8, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02,  // idiag_dst
    0x00, 0x00, 0x00, 0x00,  // idiag_if
    0x05, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,  // idiag_cookie
    0x00, 0x00, 0x00, 0x00,  // idiag_expires
    0x00, 0x00, 0x00, 0x00,  // idiag_rqueue
    0x00, 0x00, 0x00, 0x00,  // idiag_wqueue
    0xe8, 0x03, 0x00, 0x00,  // idiag_uid 1000
    0x6b, 0x00, 0x00, 0x00,  // idiag_inode 107
  ]

  private static let mapped: [UInt8] = [
    0x0a, 0x08, 0x00, 0x00,  // idiag_family AF_INET6, idiag_state TCP_CLOSE_WAIT, idiag_timer, idiag_retrans
    0x00, 0x51, 0xd8, 0x48,  // idiag_sport 81, idiag_dport 55368
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xc0, 0x00, 0x02, 0x01,  // idiag_src
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xc0, 0x00, 0x02, 0x02,  // idiag_dst
    0x00, 0x00, 0x00, 0x00,  // idiag_if
    0x06, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,  // idiag_cookie
    0x00, 0x00, 0x00, 0x00,  // idiag_expires
    0x00, 0x00, 0x00, 0x00,  // idiag_rqueue
    0x00, 0x00, 0x00, 0x00,  // idiag_wqueue
    0x00, 0x00, 0x00, 0x00,  // idiag_uid
    0x69, 0x00, 0x00, 0x00,  // idiag_inode 105
  ]

  @Test func `has two ends, and no program in TIME_WAIT`() throws {
    #expect(HostSocket(record(Self.timeWait)) == (try socket("192.0.2.1:53306", "192.0.2.2:80", .timeWait)))
  }

  @Test func `has an inode and a user`() throws {
    let (local, remote) = (try endpoint("[2001:db8::1]:81"), try endpoint("[2001:db8::2]:54386"))
    #expect(
      HostSocket(record(Self.established))
        == HostSocket(.established, local: local, remote: remote, inode: 107, user: 1000))
  }

  @Test func `of IPv6 that talks IPv4 is one of IPv4`() throws {
    let (local, remote) = (try endpoint("192.0.2.1:81"), try endpoint("192.0.2.2:55368"))
    #expect(HostSocket(record(Self.mapped)) == HostSocket(.closeWait, local: local, remote: remote, inode: 105))
  }

  @Test(arguments: [(0, 1), (0, 0), (1, 0), (1, 12), (1, 255)])
  func `of a family or in a state that was not asked for is none`(offset: Int, value: UInt8) {
    var bytes = Self.timeWait
    bytes[offset] = value
    #expect(HostSocket(record(bytes)) == nil)
  }

  @Test func `the question says the family, the protocol and the states`() {
    let question = inet_diag_req_v2(family: 10, states: [.timeWait, .established, .closing])
    let bytes = withUnsafeBytes(of: question, Array.init)
    #expect(
      bytes == [
        0x0a, 0x06, 0x00, 0x00,  // sdiag_family AF_INET6, sdiag_protocol IPPROTO_TCP, idiag_ext, pad
        0x42, 0x08, 0x00, 0x00,  // idiag_states: bits 1, 6 and 11
      ] + [UInt8](repeating: 0, count: 48))
  }

  @Test func `all states have the kernel's numbers and their own names`() {
    #expect(HostSocket.State.allCases.map(\.number) == Array(1...11))
    #expect(Set(HostSocket.State.allCases.map(\.name)).count == 11)
    #expect(Set<HostSocket.State>.connected.mask == 0b1011_0111_1110)
  }

  private func record(_ bytes: [UInt8]) -> inet_diag_msg {
    bytes.withUnsafeBytes { $0.loadUnaligned(as: inet_diag_msg.self) }
  }
}

// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import IPVS
@testable import Netlink

/// The backup daemon of a renewal: its requests, byte for byte, and its numbers.
@Suite struct RenewalDaemonTests {
  private static let family = Family(id: 28, version: 1)

  @Test func `is started on the loopback interface`() throws {
    let address = RenewalDaemon.Address(group: InternetAddress(ipv4: 0xE000_00C8), port: 50_000)
    let request = try RenewalDaemon(syncID: 200).startRequest(at: address, to: Self.family)
    #expect(
      Array(request.bytes) == [
        // struct nlmsghdr
        0x48, 0x00, 0x00, 0x00,  // nlmsg_len 72
        0x1C, 0x00,  // nlmsg_type 28, the family
        0x01, 0x00,  // nlmsg_flags NLM_F_REQUEST
        0x00, 0x00, 0x00, 0x00,  // nlmsg_seq
        0x00, 0x00, 0x00, 0x00,  // nlmsg_pid
        // struct genlmsghdr
        0x09, 0x01, 0x00, 0x00,  // cmd IPVS_CMD_NEW_DAEMON, version 1
        // struct nlattr IPVS_CMD_ATTR_DAEMON
        0x34, 0x00, 0x03, 0x80,  // nla_len 52, nla_type 3 | NLA_F_NESTED
        0x08, 0x00, 0x01, 0x00,  // IPVS_DAEMON_ATTR_STATE
        0x02, 0x00, 0x00, 0x00,  // IP_VS_STATE_BACKUP
        0x07, 0x00, 0x02, 0x00,  // IPVS_DAEMON_ATTR_MCAST_IFN
        0x6C, 0x6F, 0x00, 0x00,  // "lo", padding
        0x08, 0x00, 0x03, 0x00,  // IPVS_DAEMON_ATTR_SYNC_ID
        0xC8, 0x00, 0x00, 0x00,  // 200
        0x06, 0x00, 0x04, 0x00,  // IPVS_DAEMON_ATTR_SYNC_MAXLEN
        0x00, 0x24, 0x00, 0x00,  // 9216, padding
        0x08, 0x00, 0x05, 0x00,  // IPVS_DAEMON_ATTR_MCAST_GROUP
        0xE0, 0x00, 0x00, 0xC8,  // 224.0.0.200
        0x06, 0x00, 0x07, 0x00,  // IPVS_DAEMON_ATTR_MCAST_PORT
        0x50, 0xC3, 0x00, 0x00,  // 50000, padding
      ])
  }

  /// The groups 224.0.0.0/24 are never forwarded; a daemon with the number 0 would accept the messages of all others.
  @Test func `has random numbers in their ranges`() throws {
    let first = try #require(InternetAddress(parsing: "224.0.0.160"))
    let last = try #require(InternetAddress(parsing: "224.0.0.239"))
    var seen: (Set<UInt8>, Set<RenewalDaemon.Address>) = ([], [])
    for _ in 0..<10_000 {
      let (daemon, address) = (RenewalDaemon(), RenewalDaemon.Address.random)
      #expect(daemon.syncID > 0)
      #expect(!address.group.isIPv6)
      #expect((first.bits.low...last.bits.low).contains(address.group.bits.low))
      #expect((49_152...60_999).contains(address.port))
      seen.0.insert(daemon.syncID)
      seen.1.insert(address)
    }
    // The chance that they are fewer is below 10^-100.
    #expect(seen.0.count > 100)
    #expect(seen.1.count > 1000)
  }

  /// `/proc/net/udp` has the bytes of an address as one number of the machine, and the port as a number.
  @Test func `is found in the kernel's list of sockets by its address`() {
    let address = RenewalDaemon.Address(group: InternetAddress(ipv4: 0xE000_00A0), port: 0xC001)
    #expect(address.inSocketList == "A00000E0:C001")
    let other = RenewalDaemon.Address(group: InternetAddress(ipv4: 0x0A00_0001), port: 80)
    #expect(other.inSocketList == "0100000A:0050")
  }
}
